/// Charts on one page, one below the other.
package struct StackedCharts: Chart {
    package var charts: [any Chart]

    package init(_ charts: [any Chart]) { self.charts = charts }

    package var size: FigureSize {
        FigureSize(
            width: charts.map(\.size.width).max() ?? 0,
            height: charts.reduce(0) { $0 + $1.size.height })
    }

    package func draw(on canvas: Canvas) throws {
        var top = 0.0
        for chart in charts {
            try canvas.shifted(down: top) { try chart.draw(on: canvas) }
            top += chart.size.height * 72
        }
    }
}
