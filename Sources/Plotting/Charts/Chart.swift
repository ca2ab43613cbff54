/// What can be drawn on a page: a value that says what is shown, knows its size, and finds the
/// places when it is drawn.
///
/// `render` makes a file of it. A new kind of chart is a file beside this one: it lays itself out
/// with an `AxisFrame`, which has the title, the axes, the legend and the caption, and draws its
/// data into the frame's plot area.
package protocol Chart: Sendable {
    var size: FigureSize { get }

    /// - Throws: `PlottingError` if labels leave no room, or the values fit no such axis.
    func draw(on canvas: Canvas) throws
}

/// What is written around the plot of a chart; an empty text takes no room.
package struct ChartLabels: Hashable, Sendable {
    package var title: String
    /// Of the axis below.
    package var x: String
    /// Of the axis at the left.
    package var y: String
    /// What must be known to read the chart; small, below everything.
    package var caption: String

    package init(title: String = "", x: String = "", y: String = "", caption: String = "") {
        self.title = title
        self.x = x
        self.y = y
        self.caption = caption
    }
}
