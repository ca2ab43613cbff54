import Base
import Foundation
import Results
import Testing

struct BenchmarkReportTests {
    @Test("paths are levels of objects, and what they lead to is read back")
    func paths() throws {
        var report = BenchmarkReport()
        report["kernels"] = .text("avx2")
        report["limits.a"] = .number(2)
        report["limits.b"] = .number(0.5)
        report["x.y.z"] = .number(3)
        #expect(report["x.y.z"] == .number(3) && report["x.y"] == .members(["z": .number(3)]))
        #expect(report["x.none"] == nil && report["kernels.none"] == nil && report[""] == nil)
        let text = String(decoding: try report.json(pretty: false), as: UTF8.self)
        #expect(
            text == #"{"kernels":"avx2","limits":{"a":2,"b":0.5},"#
                + #""schema":"statelens/benchmarks/1","x":{"y":{"z":3}}}"#)
        #expect(try BenchmarkReport(json: Data(text.utf8), path: "b") == report)
    }

    @Test("what has no limits or kernels is none")
    func others() {
        for text in ["{}", #"{"limits": {}}"#, #"{"kernels": "a", "limits": {"x": "y"}}"#] {
            #expect(throws: FileError.self) {
                try BenchmarkReport(json: Data(text.utf8), path: "b")
            }
        }
    }
}
