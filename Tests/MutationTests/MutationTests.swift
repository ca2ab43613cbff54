import Base
import Foundation
import Testing
import TestSupport

/// Every reader of files from outside meets damaged ones: it returns, or says in one sentence what is
/// wrong, within seconds and without much memory, and never ends the process.
///
/// `STATELENS_MUTATIONS` is the number of files of each format, `STATELENS_SEED` where they begin. The
/// last file of each format stays in the folder `statelens-mutations` of the temporary folder while the
/// tests run, so that one which ends the process can be looked at.
@Suite struct MutationTests {
    private static func setting(_ name: String, else usual: UInt64) -> UInt64 {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } ?? usual
    }

    @Test("damaged files are read or refused", arguments: Format.all)
    func damaged(format: Format) throws {
        let place = join(NSTemporaryDirectory(), "statelens-mutations/\(format.name)")
        try? FileManager.default.removeItem(atPath: place)
        try createFolder(place)
        let reader = try format.prepare(place)
        try reader.read()

        let original = try reader.files.map { try readFile(join(place, $0)) }
        let start = Self.setting("STATELENS_SEED", else: 1)
        for seed in start..<start + Self.setting("STATELENS_MUTATIONS", else: 300) {
            let index = Int(seed) % original.count
            var mutator = Mutator(seed: seed)
            try mutator.mutate(original[index]).write(
                to: URL(fileURLWithPath: join(place, reader.files[index])))
            let began = ContinuousClock.now
            do {
                try reader.read()
            } catch let error as any UserFacingError {
                let text = "\(error)"
                #expect(text.utf8.count < 2000, "\(format.name) \(seed): \(text.prefix(300))")
            } catch {
                Issue.record("\(format.name) \(seed): \(type(of: error)): \(error)")
            }
            let seconds = (ContinuousClock.now - began) / .seconds(1)
            #expect(seconds < 5, "\(format.name) \(seed) took \(seconds) s")
            try original[index].write(to: URL(fileURLWithPath: join(place, reader.files[index])))
        }
        try FileManager.default.removeItem(atPath: place)
    }

    @Test("the mutator damages, and does the same each time")
    func mutator() {
        let original = Data(#"{"a": 1, "b": [2.5, "x"]}"#.utf8)
        let damaged = (UInt64(1)...200).map { seed in
            var (one, two) = (Mutator(seed: seed), Mutator(seed: seed))
            let result = one.mutate(original)
            #expect(result == two.mutate(original))
            return result
        }
        #expect(damaged.filter { $0 != original }.count > 150)
        #expect(Set(damaged).count > 120)
    }
}
