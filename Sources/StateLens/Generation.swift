import LanguageModeling

extension Model {
    func continuation(
        after prompt: [TokenID], limit: Int, _ temperature: Double, _ seed: UInt64, _ stop: TokenID?
    ) throws(Failure) -> [TokenID] {
        try facing {
            var options = Sampler.Options()
            options.temperature = temperature
            var sampler = Sampler(options, seed: seed)
            var tokens: [TokenID] = []
            try model.generate(after: prompt, limit: limit, stop: stop, sampler: &sampler) {
                token in
                tokens.append(token)
                return true
            }
            return tokens
        }
    }
}
