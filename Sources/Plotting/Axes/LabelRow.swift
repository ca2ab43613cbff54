/// Labels below the plot: of a row of equal slots, or of the ticks of a scale.
///
/// Those of slots all stand upright if they do not collide; else words are turned, so that numbers
/// can stay upright; else all are turned, unless they are numbers but for a few; and of numbers, or where
/// even turned lines would collide, only some are shown.
struct LabelRow {
    struct Label: Hashable {
        let text: String
        let isTurned: Bool
        /// Horizontal extent in points.
        let width: Double
        /// Points that it reaches below the upper edge of the labels.
        let depth: Double
    }

    static let none = LabelRow(labels: [])

    /// In order; nil where a label is left out.
    let labels: [Label?]

    private init(labels: [Label?]) { self.labels = labels }

    /// - Parameters:
    ///   - slot: width of one category in points.
    ///   - maximumDepth: longest turned label, in points; longer ones end in an ellipsis.
    ///   - overhang: how far the first and the last label may reach beyond their slots, in points.
    init(
        slots names: [String], slot: Double, _ font: Font, maximumDepth: Double, overhang: Double,
        canvas: Canvas
    ) {
        let fitting = TextFitting(canvas: canvas)
        let upright = names.map { name in
            Label(
                text: name, isTurned: false, width: canvas.width(of: name, font),
                depth: font.capHeight + font.descent)
        }
        let turned = names.map { name in
            let text = fitting.truncated(name, font, to: maximumDepth)
            return Label(
                text: text, isTurned: true, width: font.capHeight,
                depth: canvas.width(of: text, font))
        }
        let isNumber = names.map { Int($0) != nil }
        let mixed = zip(isNumber, zip(upright, turned)).map { $0 ? $1.0 : $1.1 }
        func collide(_ left: Label, _ right: Label, slots: Int) -> Bool {
            let space = (left.isTurned && right.isTurned ? 0.18 : 0.33) * font.size
            return (left.width + right.width) / 2 + space > slot * Double(slots)
        }
        func fit(_ labels: [Label?]) -> Bool {
            if labels.count == 1, let only = labels[0] { return only.width <= slot }
            let shown = labels.indices.compactMap { i in labels[i].map { (i, $0) } }
            let ends = [labels.first, labels.last].compactMap { $0 ?? nil }
            guard ends.allSatisfy({ ($0.width - slot) / 2 <= overhang }) else { return false }
            return zip(shown, shown.dropFirst()).allSatisfy { left, right in
                !collide(left.1, right.1, slots: right.0 - left.0)
            }
        }

        // A row of numbers, if there are hardly any words among them.
        let isCount = 4 * isNumber.count { !$0 } <= names.count
        if let whole = ([upright, mixed] + (isCount ? [] : [turned])).first(where: fit) {
            labels = whole
            return
        }
        var steps = [2, 5, 10]
        var some: [Label?]
        repeat {
            let step = steps.removeFirst()
            steps.append(step * 10)
            let candidates = [upright, mixed].map { Self.thinned($0, every: step, collide) }
            some = candidates.first(where: fit) ?? candidates[1]
        } while steps[0] < names.count && !fit(some)
        labels = some
    }

    /// Upright labels of the ticks of a scale.
    init(_ scale: ValueScale, _ font: Font, canvas: Canvas) {
        labels = scale.ticks.map { tick in
            tick.label.map { text in
                Label(
                    text: text, isTurned: false, width: canvas.width(of: text, font),
                    depth: font.capHeight + font.descent)
            }
        }
    }

    /// The scale with the most labels, at most `limit`, that stand beside each other on `width`.
    static func scale(
        on width: Double, _ font: Font, limit: Int, canvas: Canvas,
        _ make: (_ maximumLabels: Int) throws -> ValueScale
    ) throws -> ValueScale {
        for count in stride(from: limit, through: 3, by: -1) {
            let scale = try make(count)
            let places = scale.ticks.compactMap { tick in
                tick.label.map {
                    (scale.fraction(coordinate: tick.coordinate), canvas.width(of: $0, font))
                }
            }
            let fits = zip(places, places.dropFirst()).allSatisfy { left, right in
                (left.1 + right.1) / 2 + 0.6 * font.size <= (right.0 - left.0) * width
            }
            if fits { return scale }
        }
        return try make(2)
    }

    /// Numbers keep multiples of the step, and yield to words. Where there are too many words
    /// for that, every so manyth label is kept.
    private static func thinned(
        _ labels: [Label], every step: Int, _ collide: (Label, Label, Int) -> Bool
    ) -> [Label?] {
        let numbers = labels.map { Int($0.text) }
        let words = numbers.indices.filter { numbers[$0] == nil }
        return labels.enumerated().map { index, label in
            guard words.count * step <= labels.count else {
                return index.isMultiple(of: step) ? label : nil
            }
            guard let number = numbers[index] else { return label }
            let isCrowded = words.contains { collide(label, labels[$0], abs($0 - index)) }
            return number.isMultiple(of: step) && !isCrowded ? label : nil
        }
    }

    /// How far the labels that reach into `span` come down.
    func depth(in span: ClosedRange<Double>, center: (Int) -> Double) -> Double {
        labels.enumerated().compactMap { index, label in
            guard let label, center(index) + label.width / 2 >= span.lowerBound,
                center(index) - label.width / 2 <= span.upperBound
            else { return nil }
            return label.depth
        }.max() ?? 0
    }

    /// How far the labels of a scale's ticks reach beyond the right end of an axis so wide, in points.
    func overhang(of scale: ValueScale, on width: Double) -> Double {
        zip(labels, scale.ticks).compactMap { label, tick in
            label.map { $0.width / 2 - (1 - scale.fraction(coordinate: tick.coordinate)) * width }
        }.max() ?? 0
    }

    /// Whether any label is turned, so that they reach down differently far.
    var isTurned: Bool { labels.contains { $0?.isTurned == true } }

    var depth: Double { labels.compactMap { $0?.depth }.max() ?? 0 }

    /// - Parameters:
    ///   - top: the upper edge of the labels.
    ///   - center: x of a label's middle.
    func draw(on canvas: Canvas, top: Double, _ font: Font, center: (Int) -> Double) {
        for (index, label) in labels.enumerated() {
            guard let label else { continue }
            let x = center(index)
            if label.isTurned {
                let place = Point(x: x + font.capHeight / 2, y: top)
                canvas.text(label.text, at: place, font, anchor: .end, quarterTurn: true)
            } else {
                let place = Point(x: x, y: top + font.capHeight)
                canvas.text(label.text, at: place, font, anchor: .middle)
            }
        }
    }
}
