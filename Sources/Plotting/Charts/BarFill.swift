/// How the bars of one series look: a colour, a darker edge, and lines that tell the series apart
/// where colours are lost in print.
struct BarFill: Hashable {
    enum Hatch: CaseIterable {
        case none
        case rising
        case falling
        case horizontal
    }

    let color: Color
    let hatch: Hatch

    init(color: Color, index: Int) {
        self.color = color
        hatch = Hatch.allCases[index % Hatch.allCases.count]
    }

    func draw(_ box: Rectangle, on canvas: Canvas, edge: Double) {
        canvas.fill(box, color)
        if hatch != .none {
            canvas.clipped(to: box) { drawLines(box, on: canvas, width: edge * 0.9) }
        }
        // Inside the box, so that neighbours and the value axis stay exact.
        let inset = min(edge, box.width / 2, box.height / 2) / 2
        let inner = Rectangle(
            left: box.left + inset, top: box.top + inset, right: box.right - inset,
            bottom: box.bottom - inset)
        canvas.outline(inner, color.darkened(by: 0.35), width: 2 * inset)
    }

    /// Lines have one phase all over the page, so that neighbouring bars do not flicker.
    private func drawLines(_ box: Rectangle, on canvas: Canvas, width: Double) {
        let spacing = 8 * width
        let tint = color.darkened(by: 0.22)
        let slope: Double =
            switch hatch {
            case .rising: -1
            case .falling: 1
            case .none, .horizontal: 0
            }
        // Lines y = slope · x + offset that meet the box.
        let corners = [box.top - slope * box.left, box.top - slope * box.right]
        let ends = [box.bottom - slope * box.left, box.bottom - slope * box.right]
        let low = min(corners[0], corners[1], ends[0], ends[1])
        let high = max(corners[0], corners[1], ends[0], ends[1])
        let pitch = slope == 0 ? spacing * 0.75 : spacing * 1.4142
        var offset = (low / pitch).rounded(.down) * pitch
        while offset <= high {
            canvas.line(
                from: Point(x: box.left, y: slope * box.left + offset),
                to: Point(x: box.right, y: slope * box.right + offset), tint, width: width)
            offset += pitch
        }
    }
}
