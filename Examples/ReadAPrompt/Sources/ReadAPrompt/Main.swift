import StateLens

/// Says after each block of a model how probable a word is at the end of a prompt, through the logit lens, and how
/// probable it is once the stream after a block is halved.
///
///     swift run ReadAPrompt ../../models/mamba2/seed0 "Mary went to the kitchen. Where is Mary? Answer:" " kitchen"
@main
struct ReadAPrompt {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count == 3, let folder = arguments.first, let word = arguments.last else {
            print("usage: ReadAPrompt MODEL PROMPT WORD")
            return
        }
        let model = try Model(folder: folder)
        let tokenizer = try model.tokenizer()
        let tokens = tokenizer.encode(arguments[arguments.startIndex + 1])
        guard let target = tokenizer.encode(word).first, let last = tokens.indices.last else {
            print("prompt and word must not be empty")
            return
        }
        print("\(model.name): \(model.architecture)")

        let lens = try Lens.logit(of: model)
        for (block, readings) in try lens.read(tokens, target: target).enumerated() {
            let reading = readings[last]
            let name = block < model.blockCount ? "block \(block + 1)" : "output"
            let best = reading.top.map { tokenizer.decode([$0.token]) }.joined()
            print(
                "\(name): log-probability \(reading.logProbability), rank \(reading.rank), best '\(best)'"
            )
        }

        var hooks = Hooks()
        let middle = model.blockCount / 2
        hooks.add(.stream(afterBlock: middle)) { value in
            value.withValues { for index in $0.indices { $0[index] *= 0.5 } }
        }
        let (whole, halved) = (try model.run(tokens), try model.run(tokens, hooks: hooks))
        let place = Int(target)
        print(
            "logit \(whole[place]); with the stream after block \(middle + 1) halved \(halved[place])"
        )
    }
}
