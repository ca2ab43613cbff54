import Testing
import Training

struct LearningRateScheduleTests {
    private func rates(
        _ shape: LearningRateSchedule.Shape, warmup: Int = 2, steps: Int = 6
    ) -> [Double] {
        let schedule = LearningRateSchedule(shape, peak: 8, warmup: warmup, steps: steps)
        return (0..<steps).map(schedule.rate)
    }

    @Test("rates of each shape, worked out by hand")
    func shapes() {
        #expect(rates(.linear) == [0, 4, 8, 6, 4, 2])
        #expect(rates(.constant) == [0, 4, 8, 8, 8, 8])
        #expect(rates(.triangle, warmup: 3, steps: 7) == [2, 4, 6, 8, 6, 4, 2])
        #expect(rates(.triangle, warmup: 0, steps: 4) == [8, 6, 4, 2])
        let expected = [0, 4, 8, 4 + 4 * 0.5.squareRoot(), 4, 4 - 4 * 0.5.squareRoot()]
        for (rate, value) in zip(rates(.cosine), expected) { #expect(abs(rate - value) < 1e-12) }
    }

    @Test("measurements: after the last step, at the start if asked, every so many between")
    func measuring() {
        func due(every: Int, atStart: Bool) -> [Int] {
            let schedule = MeasuringSchedule(steps: 5, every: every, atStart: atStart)
            return (0...5).filter(schedule.isDue)
        }
        #expect(due(every: 2, atStart: true) == [0, 2, 4, 5])
        #expect(due(every: 2, atStart: false) == [2, 4, 5])
        #expect(due(every: 0, atStart: true) == [0, 5])
        #expect(due(every: 0, atStart: false) == [5])
    }
}
