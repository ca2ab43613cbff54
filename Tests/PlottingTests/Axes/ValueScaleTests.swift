import Foundation
import Plotting
import Testing

@Suite("Value axes")
struct ValueScaleTests {
    private func scale(
        _ kind: ScaleKind, _ values: [Double], limits: Interval? = nil, labels: Int = 7
    ) throws -> ValueScale {
        try ValueScale.covering(
            ValueScale.Content(values, hasFoot: true), kind: kind, limits: limits,
            maximumLabels: labels, name: "p")
    }

    private func labels(_ scale: ValueScale) -> [String] { scale.ticks.compactMap(\.label) }

    @Test("linear ticks stand at decimal numbers, and the axis ends at ticks")
    func linear() throws {
        let probability = try scale(.linear, [0.02, 0.4169])
        #expect(labels(probability) == ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"])
        #expect(probability.lower == 0 && probability.upper == 0.5)
        #expect(labels(try scale(.linear, [1.0])) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
        #expect(
            labels(try scale(.linear, [0.0012]))
                == ["0.0000", "0.0002", "0.0004", "0.0006", "0.0008", "0.0010", "0.0012"])
        #expect(labels(try scale(.linear, [90], labels: 5)) == ["0", "25", "50", "75", "100"])
        #expect(
            labels(try scale(.linear, [-6.4, -1]))
                == ["−8", "−6", "−4", "−2", "0"])
        #expect(labels(try scale(.linear, [2e9], labels: 3)) == ["0", "1×10⁹", "2×10⁹"])
    }

    @Test("nothing, zeros and denormals get the axis 0 to 1")
    func emptyLinear() throws {
        for values in [[], [0, 0], [.nan], [.leastNonzeroMagnitude], [.infinity]] {
            let scale = try scale(.linear, values)
            #expect(scale.lower == 0 && scale.upper == 1)
        }
    }

    @Test("limits keep their place, with ticks inside only")
    func limits() throws {
        let linear = try scale(.linear, [0.5], limits: Interval(0.05, 0.62))
        #expect(linear.lower == 0.05 && linear.upper == 0.62)
        #expect(labels(linear) == ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6"])
        let log = try scale(.log10, [0.5], limits: Interval(0.005, 0.5))
        #expect(labels(log) == ["0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5"])
        #expect(log.fraction(0.005) == 0 && log.fraction(0.5) == 1)
    }

    @Test("a logarithmic axis ends at 1, 2 or 5 times a power of ten around bars and intervals")
    func logarithmic() throws {
        let scale = try scale(.log10, [0, 0.0023, 0.4, .nan])
        #expect(scale.lower == -3 && abs(scale.fraction(0.5) - 1) < 1e-12)
        #expect(labels(scale) == ["0.001", "0.01", "0.1"])
        // Three decades' ends, 8 lines in each of 2 decades, and 0.2 to 0.5.
        #expect(scale.ticks.count == 23)
        #expect(abs(scale.fraction(0.01) - 1 / log10(500)) < 1e-12)
        #expect(scale.fraction(0) == -.infinity)

        let withInterval = try ValueScale.covering(
            ValueScale.Content(
                [0.02], intervals: [Interval(0.0004, 0.15)].compactMap { $0 }, hasFoot: true),
            kind: .log10, limits: nil, maximumLabels: 7, name: "p")
        #expect(labels(withInterval) == ["10⁻³", "10⁻²", "10⁻¹"])
        #expect(abs(withInterval.fraction(0.0002)) < 1e-12)
        #expect(abs(withInterval.fraction(0.2) - 1) < 1e-12)
    }

    @Test("a bar that ends on a decade has height")
    func decade() throws {
        let scale = try scale(.log10, [0.01, 0.1])
        #expect(abs(scale.fraction(0.005)) < 1e-12 && scale.upper == -1)
    }

    @Test("what is an end of the axis but for rounding is one", arguments: 1...9)
    func roundedEnds(exponent: Int) throws {
        let unit = pow(10, -Double(exponent))
        let scale = try ValueScale.covering(
            ValueScale.Content([2 * unit, 5 * unit]), kind: .log10, limits: nil, maximumLabels: 7,
            name: "p")
        #expect(abs(scale.fraction(2 * unit)) < 1e-8 && abs(scale.fraction(5 * unit) - 1) < 1e-8)
    }

    @Test("whiskers keep clear of the frame, the foot of bars does not", arguments: [1.0, 0.5])
    func clearance(high: Double) throws {
        func scale(_ kind: ScaleKind, _ low: Double) throws -> ValueScale {
            try .covering(
                ValueScale.Content(
                    [0.3], intervals: [Interval(low, high)].compactMap { $0 }, hasFoot: true),
                kind: kind, limits: nil, maximumLabels: 7, name: "p")
        }
        for scale in [try scale(.linear, 0), try scale(.log10, 0.01)] {
            #expect(scale.fraction(high) < 0.99 && scale.fraction(high) > 0.97)
        }
        #expect(try scale(.linear, 0).lower == 0)
        #expect(try scale(.log10, 0.01).fraction(0.01) > 0.01)
        #expect(labels(try scale(.linear, 0)).last == "\(high)")
    }

    @Test("prescribed ends of a count have labels, and none stands close to them")
    func countedEnds() throws {
        for (last, most, expected) in [
            (1, 9, ["1"]), (2, 2, ["1", "2"]), (48, 9, ["1", "10", "20", "30", "40", "48"]),
            (8, 9, (1...8).map(String.init)),
            (24, 9, ["1", "5", "10", "15", "20", "24"]), (12, 7, ["1", "4", "6", "8", "10", "12"]),
        ] {
            for room in last == 1 ? [0.5] : [0, 0.5] {
                let scale = try ValueScale.covering(
                    ValueScale.Content([], isCount: true), kind: .linear,
                    limits: Interval(1 - room, Double(last) + room), maximumLabels: most, name: "")
                #expect(labels(scale) == expected)
            }
        }
    }

    @Test("two decades are labelled inside, very many are thinned")
    func manyDecades() throws {
        #expect(
            labels(try scale(.log10, [0.44, 4.4], labels: 9)) == ["0.2", "0.5", "1", "2", "5"])
        #expect(labels(try scale(.log10, [0.3, 0.15])) == ["0.1", "0.2", "0.5"])
        let wide = try scale(.log10, [.leastNonzeroMagnitude, 1.0])
        #expect(wide.lower < -323.3 && wide.lower > -324 && wide.upper == 0)
        #expect(labels(wide).first == "10⁻³⁰⁰" && labels(wide).last == "10⁰")
    }

    @Test("impossible axes are refused")
    func errors() throws {
        #expect(throws: PlottingError.nothingPositive(name: "p")) {
            try scale(.log10, [0, -1, .nan])
        }
        #expect(throws: PlottingError.valueOutOfRange(1e300)) { try scale(.linear, [1e300]) }
        #expect(throws: PlottingError.unusableLimits(low: 0, high: 1, scale: .log10)) {
            try scale(.log10, [0.5], limits: Interval(0, 1))
        }
        #expect(throws: PlottingError.unusableLimits(low: 2, high: 2, scale: .linear)) {
            try scale(.linear, [0.5], limits: Interval(2, 2))
        }
    }
}
