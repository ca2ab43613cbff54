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

/// How a continuation came about.
package struct GenerationRate: Sendable {
    package let tokens: Int
    /// After the first token, whose time is the prompt's; nil where that is not known.
    package let tokensPerSecond: Double?
}

extension LanguageModel {
    /// Continues a text, from the end-of-text token where that is empty.
    ///
    /// - Parameters:
    ///   - limit: how many tokens at most.
    ///   - goesOn: whether to go on after the end-of-text token.
    ///   - text: gets what is certain of the text as soon as it is; false ends.
    /// - Throws: `TokenizationError.noEndOfText`, and what `run` throws.
    package func generate(
        after prompt: String, tokenizer: Tokenizer, limit: Int,
        options: Sampler.Options = Sampler.Options(), seed: UInt64, goesOn: Bool = false,
        text: (String) throws -> Bool
    ) throws -> GenerationRate {
        var ids = tokenizer.encode(prompt)
        if ids.isEmpty { ids = [try tokenizer.requiredEndOfText] }
        var sampler = Sampler(options, seed: seed)
        var stream = DecodingStream(tokenizer)
        var (start, count) = (ContinuousClock.now, 0)
        try generate(
            after: ids, limit: limit, stop: goesOn ? nil : tokenizer.endOfText, sampler: &sampler
        ) { id in
            if count == 0 { start = .now }
            count += 1
            return try text(stream.text(adding: id))
        }
        _ = try text(stream.rest)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return GenerationRate(
            tokens: count,
            tokensPerSecond: count > 1 && seconds > 0 ? Double(count - 1) / seconds : nil)
    }
}
