import Base
import Foundation
import Results
import Testing
import TestSupport

struct LensConfigurationTests {
    private let configuration = LensConfiguration(
        baseModelNameOrPath: "a \"b\"/ö", dModel: 128, numHiddenLayers: 8,
        unembedHash: Examples.hash)

    @Test("the text is that of json.dumps for tuned-lens's own, byte for byte")
    func text() throws {
        #expect(
            try configuration.text
                == #"{"base_model_name_or_path": "a \"b\"/ö", "d_model": 128, "#
                + #""num_hidden_layers": 8, "bias": true, "base_model_revision": null, "#
                + #""unembed_hash": "\#(Examples.hash)", "lens_type": "linear_tuned_lens"}"# + "\n")
    }

    @Test("what is written is read back, and is what the schema says")
    func reads() throws {
        let text = try configuration.text
        #expect(
            try decodeJSON(LensConfiguration.self, from: Data(text.utf8), path: "c")
                == configuration)
        let schema = try JSONSchema("lens-config.schema.json", in: Repository.path("schemas"))
        #expect(try schema.flaws(in: JSONValue(text)) == [])
    }

    @Test("hosted artifacts lack what is not needed")
    func hosted() throws {
        let text = #"{"d_model": 4, "num_hidden_layers": 2, "base_model_revision": "main"}"#
        let read = try decodeJSON(LensConfiguration.self, from: Data(text.utf8), path: "c")
        #expect(read.dModel == 4 && read.numHiddenLayers == 2)
        #expect(read.unembedHash == nil && read.lensType == nil && read.bias == nil)
    }
}
