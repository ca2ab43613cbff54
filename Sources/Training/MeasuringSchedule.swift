/// After which steps a training is measured on what is held out; always after the last one.
package struct MeasuringSchedule: Sendable, Equatable {
    /// Of the whole training.
    let steps: Int
    /// Steps between two measurements; 0 for none on the way.
    let every: Int
    /// Whether there is one before the first step.
    let atStart: Bool

    package init(steps: Int, every: Int, atStart: Bool) {
        (self.steps, self.every, self.atStart) = (steps, every, atStart)
    }

    /// - Parameter step: complete steps.
    package func isDue(after step: Int) -> Bool {
        if step == steps { return true }
        return step == 0 ? atStart : every > 0 && step.isMultiple(of: every)
    }
}
