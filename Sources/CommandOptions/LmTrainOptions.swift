import ArgumentParser
import CommandSupport
import LanguageModeling

extension TrainingOptions.Schedule: ExpressibleByArgument {}
extension TrainingOptions.Optimizer: ExpressibleByArgument {}

/// Sizes of the parameters that --config begins with.
package struct InitialScaleOptions: ParsableArguments {
    package init() {}

    @Option(
        help: ArgumentHelp(
            "With --config: standard deviation of the first embeddings.", valueName: "deviation"))
    package var initEmbedding = InitialScales().embedding

    @Option(
        help: ArgumentHelp(
            """
            With --config: factor on the first output projections; a small one keeps the tokens \
            legible through many blocks.
            """, valueName: "factor"))
    package var initOutput = InitialScales().output

    @Option(
        help: ArgumentHelp(
            """
            With --config: A begins uniform in 1 to this; with 1 the heads begin with memories of \
            10 to 1,000 tokens.
            """, valueName: "largest"))
    package var initA = InitialScales().largestA

    package func validate() throws {
        try requirePositive(initEmbedding, "--init-embedding")
        try requireNumber(initOutput, "--init-output", 0...)
        try requireNumber(initA, "--init-a", 1...)
    }

    package var scales: InitialScales {
        var scales = InitialScales()
        scales.embedding = initEmbedding
        scales.output = initOutput
        scales.largestA = initA
        return scales
    }
}

/// The training recipe.
package struct LmRecipeOptions: ParsableArguments {
    package init() {}

    @Option(help: ArgumentHelp("Updates of the parameters.", valueName: "n"))
    package var steps = 1000

    @Option(help: ArgumentHelp("Sequences in a step.", valueName: "n"))
    package var batch = 8

    @Option(
        help: ArgumentHelp(
            """
            Sequences that go through the model together; fewer need less memory, gradients of a \
            step's parts add up. (default: all of a step)
            """, valueName: "n"))
    package var atATime: Int?

    @Option(
        help: ArgumentHelp(
            """
            AdamW, or Muon for the matrices inside the blocks and AdamW for the rest; the same \
            rate serves both.
            """, valueName: "adamw|muon"))
    package var optimizer = TrainingOptions.Optimizer.adamW

    @Option(help: ArgumentHelp("Learning rate at its peak.", valueName: "x"))
    package var lr = 3e-4

    @Option(
        help: ArgumentHelp(
            "How the learning rate falls after the warm-up; to 0 but for constant.",
            valueName: "cosine|linear|constant"))
    package var schedule = TrainingOptions.Schedule.cosine

    @Option(help: ArgumentHelp("Steps over which the learning rate rises from 0.", valueName: "n"))
    package var warmupSteps = 0

    @Option(
        help: ArgumentHelp(
            "Decoupled decay of the weights of linear and convolution layers.", valueName: "x"))
    package var weightDecay = 0.1

    @Option(help: ArgumentHelp("AdamW's decay of the mean gradient.", valueName: "x"))
    package var beta1 = 0.9

    @Option(help: ArgumentHelp("AdamW's decay of the mean squared gradient.", valueName: "x"))
    package var beta2 = 0.999

    @Option(
        help: ArgumentHelp(
            "Largest norm of the gradient of all parameters together; 0 for any.", valueName: "x"))
    package var clip = 1.0

    @Option(
        help: ArgumentHelp(
            """
            Probability with which an element of a block's output, the mixer's or the normed \
            difference of two, is not added to the stream; the others are scaled up.
            """, valueName: "x"))
    package var dropout = 0.0

    @Option(
        help: ArgumentHelp(
            "Seed of the first parameters, the order of the sequences and dropout.", valueName: "n")
    )
    package var seed: UInt64 = 42

    @Flag(
        inversion: .prefixedNo, help: "Shuffle the sequences instead of taking them in order.")
    package var shuffle = true

    package func validate() throws {
        try requireNumber(steps, "--steps")
        try requireNumber(batch, "--batch", 1...Bounds.sequences)
        try requireNumber(atATime, "--at-a-time", 1...Bounds.sequences)
        try requirePositive(lr, "--lr")
        try requireNumber(
            warmupSteps, "--warmup-steps", 0...steps - 1, ", fewer than --steps")
        try requireNumber(weightDecay, "--weight-decay", 0...)
        try requireNumber(beta1, "--beta1", 0..<1)
        try requireNumber(beta2, "--beta2", 0..<1)
        try requireNumber(dropout, "--dropout", 0..<1)
        try requireNumber(clip, "--clip", 0...)
    }

    package var options: TrainingOptions {
        var options = TrainingOptions()
        options.steps = steps
        options.batch = batch
        options.atATime = min(atATime ?? batch, batch)
        options.optimizer = optimizer
        options.learningRate = lr
        options.schedule = schedule
        options.warmupSteps = warmupSteps
        options.weightDecay = weightDecay
        options.beta1 = beta1
        options.beta2 = beta2
        options.clip = clip
        options.dropout = dropout
        options.seed = seed
        options.shuffle = shuffle
        return options
    }
}
