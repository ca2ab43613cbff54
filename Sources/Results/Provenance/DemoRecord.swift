/// `run.json` of a demo, by which a later one knows what it may replace.
package struct DemoRecord: ResultDocument {
    package static let schema = "statelens/demo/1"

    package struct Step: Codable, Sendable, Equatable {
        /// Relative to the demo's folder.
        package let output: String
        package let command: String

        package init(output: String, command: String) {
            self.output = output
            self.command = command
        }
    }

    package let command: String
    package let version: String
    package let seed: UInt64
    /// Of every file that the demo made, by its path relative to the folder, the SHA-256.
    package var files: [String: String] = [:]
    /// What was begun, and so may be there in part; none in a finished demo.
    package var begun: [Step] = []

    package init(command: String, version: String, seed: UInt64) {
        self.command = command
        self.version = version
        self.seed = seed
    }
}
