import Base
import Results
import Testing
import TestSupport

/// What `run.json` beside weights says of their training.
struct ModelTrainingTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func training(_ run: String) throws -> ModelTraining? {
        try writeFile(run, to: folder("run.json"))
        return ModelTraining(ofModel: folder.path)
    }

    @Test("the options but seed and memory, and the data")
    func reads() throws {
        let found = try training(
            #"""
            {"options": {"seed": 7, "at_a_time": 2, "steps": 30, "lr": 0.002, "shuffle": true,
                         "optimizer": "muon"},
             "run": {"command": "lens lm train --out m", "data_sha256": "ab"}, "start": "x",
             "parameters": 3, "sequences": 4}
            """#)
        #expect(
            found?.options == [
                "steps": "30", "lr": "0.002", "shuffle": "true", "optimizer": "muon",
            ])
        #expect(found?.dataSHA256 == "ab")
    }

    @Test(
        "files of another origin say nothing",
        arguments: [
            "", "[]", #"{"run": {"command": "other", "data_sha256": "a"}, "options": {}}"#,
            #"{"run": {"command": "lens lm train"}, "options": {}}"#,
            #"{"run": {"command": "lens lm train", "data_sha256": "a"}, "options": {"steps": []}}"#,
        ])
    func others(run: String) throws {
        #expect(try training(run) == nil)
        #expect(ModelTraining(ofModel: folder("absent")) == nil)
    }
}
