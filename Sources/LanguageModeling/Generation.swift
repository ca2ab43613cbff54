import Models
import Tensors
import Tokenization

extension LanguageModel {
    /// Continues a prompt token by token, from the carried state; memory does not grow with the prompt.
    ///
    /// - Parameters:
    ///   - limit: how many tokens at most.
    ///   - stop: a token at which to end; it is not handed on.
    ///   - token: gets every token as soon as it is drawn; false ends.
    /// - Throws: `ModelError.noTokens` for an empty prompt, and what `run` throws.
    package func generate(
        after prompt: [TokenID], limit: Int, stop: TokenID?, sampler: inout Sampler,
        token: (TokenID) throws -> Bool
    ) throws {
        let state = RecurrentState(for: self, sequences: 1)
        var input = prompt
        var seen = Set(prompt)
        for _ in 0..<limit {
            let stream = try run(text: input, state: state)
            let logits = try logits(of: stream[stream.shape[0] - 1..<stream.shape[0]])
            let id = sampler.next(logits.values, after: seen)
            if id == stop { return }
            seen.insert(id)
            guard try token(id) else { return }
            input = [id]
        }
    }
}
