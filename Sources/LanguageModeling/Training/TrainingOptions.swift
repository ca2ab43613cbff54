import Training

/// Everything that decides what a training does besides its start: two runs with equal options, data
/// and kernels give equal bytes, on any number of threads.
package struct TrainingOptions: Codable, Equatable, Sendable {
    package enum Schedule: String, Codable, Sendable, CaseIterable {
        case cosine, linear, constant
    }

    package enum Optimizer: String, Codable, Sendable, CaseIterable {
        case adamW = "adamw"
        /// Muon for the matrices inside the blocks, AdamW for everything else.
        case muon
    }

    package var steps = 1000
    /// Sequences in a step.
    package var batch = 8
    /// Sequences that go through the model together; the gradients of a step's parts add up.
    package var atATime = 8
    package var optimizer = Optimizer.adamW
    package var learningRate = 3e-4
    package var schedule = Schedule.cosine
    package var warmupSteps = 0
    /// Decoupled, of the weights of linear and convolution layers alone.
    package var weightDecay = 0.1
    package var beta1 = 0.9
    package var beta2 = 0.999
    /// Largest norm of the gradient of all parameters together; 0 for any.
    package var clip = 1.0
    /// Probability with which an element of what a block adds to the stream falls out.
    package var dropout = 0.0
    package var seed: UInt64 = 42
    package var shuffle = true

    enum CodingKeys: String, CodingKey {
        case steps, batch, optimizer, schedule, beta1, beta2, clip, dropout, seed, shuffle
        case atATime = "at_a_time"
        case learningRate = "lr"
        case warmupSteps = "warmup_steps"
        case weightDecay = "weight_decay"
    }

    package init() {}

    package var rates: LearningRateSchedule {
        LearningRateSchedule(schedule.shape, peak: learningRate, warmup: warmupSteps, steps: steps)
    }
}

extension TrainingOptions.Schedule {
    fileprivate var shape: LearningRateSchedule.Shape {
        switch self {
        case .cosine: .cosine
        case .linear: .linear
        case .constant: .constant
        }
    }
}
