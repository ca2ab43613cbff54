import Foundation
import TestSupport
import Testing

/// A browser without a window, driven through the WebDriver protocol (W3C) of its `chromedriver`.
final class Browser: Sendable {
    /// Chromium and its driver, where they are installed.
    static let isInstalled: Bool = {
        let found = driver != nil && chromium != nil
        if !found {
            FileHandle.standardError.write(
                Data(
                    """
                    skipping tests of the page in a browser: no chromium and chromedriver found \
                    (Debian: apt-get install chromium chromium-driver)\n
                    """.utf8))
        }
        return found
    }()

    /// The browser of the suite that runs; see `InBrowser`.
    @TaskLocal static var current: Browser!

    private static let driver = program(["chromedriver"])
    private static let chromium = program(["chromium", "google-chrome", "chromium-browser"])

    private static func program(_ names: [String]) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return names.flatMap { name in folders.map { "\($0)/\(name)" } }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let process: Process
    private let port: UInt16
    private let session: String
    /// Where downloads go.
    let folder: TemporaryFolder

    init() async throws {
        guard let driver = Self.driver, let chromium = Self.chromium else {
            throw Failure(description: "no browser")
        }
        folder = try TemporaryFolder()
        process = Process()
        process.executableURL = URL(fileURLWithPath: driver)
        process.arguments = ["--port=0"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        port = try Self.port(in: output)
        // A container's root has no name space to shut the browser into.
        let arguments =
            ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--lang=en"]
            + (geteuid() == 0 ? ["--no-sandbox"] : [])
        let capabilities: [String: Any] = [
            "browserName": "chrome",
            "goog:chromeOptions": [
                "binary": chromium, "args": arguments,
                "prefs": ["download.default_directory": folder.path],
            ],
            "goog:loggingPrefs": ["browser": "ALL", "performance": "ALL"],
        ]
        do {
            let made = try Self.request(
                "POST", port: port, "/session", ["capabilities": ["alwaysMatch": capabilities]])
            guard let id = (made as? [String: Any])?["sessionId"] as? String else {
                throw Failure(description: "no session: \(made)")
            }
            session = "/session/\(id)"
        } catch {
            Self.end(process)
            throw error
        }
    }

    /// Of threads that tests run on, children inherit that they do not hear SIGTERM.
    private static func end(_ process: Process) {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Closes the browser and its driver.
    func quit() {
        _ = try? Self.request("DELETE", port: port, session, nil)
        Self.end(process)
    }

    private static func port(in output: Pipe) throws -> UInt16 {
        var text = ""
        while true {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Failure(description: "chromedriver: \(text)") }
            text += String(decoding: data, as: UTF8.self)
            if let match = text.firstMatch(of: /started successfully on port (\d+)/),
                let port = UInt16(match.1)
            {
                return port
            }
        }
    }

    /// - Parameter path: of the driver's resource.
    private static func request(
        _ method: String, port: UInt16, _ path: String, _ body: [String: Any]?
    ) throws -> Any {
        let content = try body.map { try JSONSerialization.data(withJSONObject: $0) } ?? Data()
        let data = try LocalConnection(port: port).answer(to: method, path, content)
        let answer = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        let value = answer?["value"] ?? NSNull()
        if let error = value as? [String: Any], let kind = error["error"] as? String {
            throw Failure(description: "\(kind): \(error["message"] ?? "")")
        }
        return value
    }

    @discardableResult
    private func post(_ path: String, _ body: [String: Any] = [:]) async throws -> Any {
        try Self.request("POST", port: port, "\(session)/\(path)", body)
    }

    func open(_ url: String) async throws { try await post("url", ["url": url]) }

    func resize(width: Int, height: Int) async throws {
        try await post("window/rect", ["width": width, "height": height])
    }

    /// What a function's body returns in the page.
    @discardableResult
    func run(_ script: String) async throws -> Any {
        try await post("execute/sync", ["script": script, "args": [Any]()])
    }

    func number(_ expression: String) async throws -> Double {
        (try await run("return \(expression)") as? NSNumber)?.doubleValue ?? .nan
    }

    func string(_ expression: String) async throws -> String {
        try await run("return String(\(expression))") as? String ?? ""
    }

    func flag(_ expression: String) async throws -> Bool {
        try await string("!!(\(expression))") == "true"
    }

    /// Moves the pointer to a place in the window; presses there if told.
    func point(x: Double, y: Double, clicks: Bool = false) async throws {
        var actions: [[String: Any]] = [
            ["type": "pointerMove", "x": Int(x), "y": Int(y), "duration": 0]
        ]
        if clicks {
            actions += [
                ["type": "pointerDown", "button": 0], ["type": "pointerUp", "button": 0],
            ]
        }
        try await post(
            "actions",
            ["actions": [["type": "pointer", "id": "mouse", "actions": actions]]])
    }

    /// Presses keys one after the other, as a user does; `\u{E000}` and on are WebDriver's names of special keys.
    func type(_ keys: String) async throws {
        let actions = keys.flatMap { key in
            ["keyDown", "keyUp"].map { ["type": $0, "value": String(key)] }
        }
        try await post("actions", ["actions": [["type": "key", "id": "keys", "actions": actions]]])
    }

    /// Clicks the middle of an element.
    func click(_ selector: String) async throws {
        let element =
            try await post(
                "element", ["using": "css selector", "value": selector]) as? [String: String]
        try await post("element/\(element?.values.first ?? "")/click")
    }

    /// What the page wrote to its console since the last call.
    func console() async throws -> [String] {
        try await log("browser").map { "\($0)" }
    }

    /// Addresses that the page asked for since the last call.
    func requests() async throws -> [String] {
        try await log("performance").compactMap { entry in
            guard let text = (entry as? [String: Any])?["message"] as? String,
                let event = try JSONSerialization.jsonObject(with: Data(text.utf8))
                    as? [String: Any],
                let message = event["message"] as? [String: Any],
                message["method"] as? String == "Network.requestWillBeSent",
                let parameters = message["params"] as? [String: Any],
                let request = parameters["request"] as? [String: Any]
            else { return nil }
            return request["url"] as? String
        }
    }

    private func log(_ type: String) async throws -> [Any] {
        try await post("se/log", ["type": type]) as? [Any] ?? []
    }

    /// The page as it would be printed, PDF.
    func print() async throws -> Data {
        Data(base64Encoded: try await post("print", ["background": true]) as? String ?? "")
            ?? Data()
    }

    /// What a file that the page saves holds once it is there.
    func download(_ act: () async throws -> Void) async throws -> (name: String, data: Data) {
        func files() throws -> Set<String> {
            Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
        }
        let before = try files()
        try await act()
        for _ in 0..<200 {
            try await Task.sleep(for: .milliseconds(50))
            let made = try files().subtracting(before)
            guard let name = made.first, made.count == 1, !name.hasSuffix(".crdownload"),
                !name.hasPrefix(".")
            else { continue }
            return (name, try Data(contentsOf: URL(fileURLWithPath: folder(name))))
        }
        throw Failure(description: "nothing was saved")
    }
}

/// Gives the tests of a suite one browser.
struct InBrowser: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let browser = try await Browser()
        do {
            try await Browser.$current.withValue(browser) { try await function() }
        } catch {
            browser.quit()
            throw error
        }
        browser.quit()
    }
}

extension Trait where Self == InBrowser {
    static var inBrowser: InBrowser { InBrowser() }
}
