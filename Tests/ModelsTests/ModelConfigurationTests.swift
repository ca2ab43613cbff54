import Models
import Testing

@Suite struct ModelConfigurationTests {
    @Test("the identity covers what the weights do not say")
    func identity() {
        func identity(_ change: (inout ModelConfiguration) -> Void) -> [String: String] {
            var configuration = ModelConfiguration.mamba2(dModel: 64, nLayers: 2, vocabSize: 100)
            configuration.mixer.nGroups = 2
            configuration.mixer.innerNormGroups = 2
            change(&configuration)
            return configuration.identity
        }
        let identities = [
            identity { _ in }, identity { $0.mixer.innerNormGroups = 1 },
            identity { $0.epsilon = 1e-6 }, identity { $0.mixer.dtLimit = 0...1 },
            identity { $0.mixer.headDim = 32 }, identity { $0.placement = .quarter },
        ]
        #expect(Set(identities).count == identities.count)
        #expect(identities[0] == identity { _ in })
        #expect(identities[1]["architecture"]?.hasSuffix("gated norm over the whole width") == true)
    }
}
