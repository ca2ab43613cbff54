/// Labels below a row of equal slots: all of them, upright if they do not collide, else turned;
/// where even turned lines would collide, only some.
struct CategoryAxis {
    /// Labels in order; nil where one is left out.
    let labels: [String?]
    let isTurned: Bool
    /// Points below the axis that the labels take, without gaps.
    let depth: Double

    /// - Parameters:
    ///   - slot: width of one category in points.
    ///   - maximumDepth: longest turned label, in points; longer ones end in an ellipsis.
    init(
        _ names: [String], slot: Double, _ font: Font, maximumDepth: Double, canvas: Canvas
    ) {
        let fitting = TextFitting(canvas: canvas)
        let widths = names.map { canvas.width(of: $0, font) }
        let space = 0.45 * font.size
        var upright = true
        for (left, right) in zip(widths, widths.dropFirst()) {
            upright = upright && (left + right) / 2 + space <= slot
        }
        // A single label may be as wide as the axis, but not wider.
        if names.count == 1 { upright = widths[0] <= slot }
        if upright {
            labels = names
            isTurned = false
            depth = font.capHeight + font.descent
            return
        }
        let line = font.capHeight + 0.18 * font.size
        let every = max(1, Int((line / slot).rounded(.up)))
        let turned = names.map { fitting.truncated($0, font, to: maximumDepth) }
        labels = Self.thinned(turned, every: Self.roundStep(atLeast: every))
        isTurned = true
        depth = labels.compactMap { $0 }.map { canvas.width(of: $0, font) }.max() ?? 0
    }

    /// 1, 2, 5, 10, 20, 50, …
    static func roundStep(atLeast least: Int) -> Int {
        var power = 1
        while true {
            for digit in [1, 2, 5] where digit * power >= least { return digit * power }
            power *= 10
        }
    }

    /// Whole numbers keep multiples of the step; other labels stay, and their neighbours yield.
    static func thinned(_ labels: [String], every step: Int) -> [String?] {
        guard step > 1 else { return labels }
        let numbers = labels.map { Int($0) }
        guard numbers.contains(where: { $0 != nil }) else {
            return labels.enumerated().map { $0.offset.isMultiple(of: step) ? $0.element : nil }
        }
        var kept: [String?] = zip(labels, numbers).map { label, number in
            number.map { $0.isMultiple(of: step) } ?? true ? label : nil
        }
        for (index, number) in numbers.enumerated() where number == nil {
            let near = max(0, index - step + 1)...min(labels.count - 1, index + step - 1)
            for neighbour in near where numbers[neighbour] != nil { kept[neighbour] = nil }
        }
        return kept
    }

    /// - Parameters:
    ///   - top: the upper edge of the labels.
    ///   - center: x of a category's middle.
    func draw(on canvas: Canvas, top: Double, _ font: Font, center: (Int) -> Double) {
        for (index, label) in labels.enumerated() {
            guard let label else { continue }
            if isTurned {
                let place = Point(x: center(index) + font.capHeight / 2, y: top)
                canvas.text(label, at: place, font, anchor: .end, quarterTurn: true)
            } else {
                let place = Point(x: center(index), y: top + font.capHeight)
                canvas.text(label, at: place, font, anchor: .middle)
            }
        }
    }
}
