import Tensors

/// One factor of a product in bfloat16, packed into the tiles that the hardware multiplies
/// (`tiles.inc` draws them). A panel is 16 lines along the inner axis: rows of a left factor,
/// columns of a right one. Panels come in pairs; what a matrix does not fill is zero.
final class Tiles: @unchecked Sendable {
    enum Side {
        case left
        case right
    }

    /// Lines and elements of the inner axis in a tile, and elements in all.
    static let side = 16
    static let inner = 32
    static let count = side * inner

    let lines: Int
    let innerCount: Int
    let panels: Int
    /// Tiles along the inner axis.
    let depth: Int
    private let scratch: Scratch
    let pointer: UnsafeMutablePointer<UInt16>

    /// Elements from one panel to the next.
    var stride: Int { depth * Self.count }
    var byteCount: Int { panels * stride * 2 }

    init(_ factor: Factor, _ side: Side) {
        innerCount = side == .left ? factor.columns : factor.rows
        lines = side == .left ? factor.rows : factor.columns
        panels = (lines + 2 * Self.side - 1) / (2 * Self.side) * 2
        depth = (innerCount + Self.inner - 1) / Self.inner
        scratch = Scratch(bytes: panels * depth * Self.count * 2)
        pointer = scratch.pointer(to: UInt16.self)
        let matrix = factor.matrix
        // Whether the inner axis runs from row to row of the stored matrix.
        let across =
            switch factor {
            case .plain: side == .right
            case .transposed: side == .left
            }
        parallel(panels) { [self] panel in
            let first = panel * Self.side
            let count = max(0, min(Self.side, lines - first))
            let source =
                count == 0 ? matrix.pointer : across ? matrix.pointer + first : matrix.row(first)
            loops.pack_panel(
                source, matrix.stride, across ? 1 : 0, side == .right ? 1 : 0, count, innerCount,
                pointer + panel * stride)
        }
    }

    func panel(_ index: Int) -> UnsafeMutablePointer<UInt16> { pointer + index * stride }
}

/// A right factor whose tiles are kept, such as a weight.
package struct PackedFactor: Sendable {
    let tiles: Tiles

    /// - Parameter factor: `[inner, columns]`.
    package init(_ factor: Operand) { tiles = Tiles(factor.factor, .right) }
}

/// `c = a · b`, or `c += a · b` with `adding`: both factors rounded to bfloat16, sums in float32.
///
/// The bits do not depend on the number of threads.
package func bfloat16GEMM(
    _ a: Operand, _ b: PackedFactor, into c: Tensor, adding: Bool = false
) {
    let (a, b, c) = (Tiles(a.factor, .left), b.tiles, c.matrix)
    precondition(
        a.lines == c.rows && b.lines == c.columns && a.innerCount == b.innerCount
            && a.innerCount > 0,
        "[\(a.lines), \(a.innerCount)] · [\(b.innerCount), \(b.lines)] into"
            + " [\(c.rows), \(c.columns)]")
    // A block of A stays in the second-level cache while B streams by in blocks of 128 columns.
    let rowPanels = max(2, (1 << 20) / (a.stride * 2) / 2 * 2)
    let columnPanels = 8
    let blocksDown = (a.panels + rowPanels - 1) / rowPanels
    let blocksAcross = (b.panels + columnPanels - 1) / columnPanels
    parallel(blocksDown * blocksAcross) { index in
        let (down, across) = index.quotientAndRemainder(dividingBy: blocksAcross)
        multiply(
            a, rowPanels * down..<min(rowPanels * (down + 1), a.panels),
            b, columnPanels * across..<min(columnPanels * (across + 1), b.panels),
            into: c, adding: adding)
    }
}

/// One block of a product: two columns of panels of B after the other, so that these are read
/// from memory once.
private func multiply(
    _ a: Tiles, _ rowPanels: Range<Int>, _ b: Tiles, _ columnPanels: Range<Int>, into c: Matrix,
    adding: Bool
) {
    let side = Tiles.side
    let firstRow = rowPanels.lowerBound * side
    let rows = min(c.rows, rowPanels.upperBound * side) - firstRow
    let edge = Scratch(bytes: 2 * rowPanels.count * side * side * 4)
    defer { withExtendedLifetime(edge) {} }
    let productTiles = edge.pointer(to: Float.self)
    for pair in Swift.stride(from: columnPanels.lowerBound, to: columnPanels.upperBound, by: 2) {
        let firstColumn = pair * side
        let columns = min(c.columns, firstColumn + 2 * side) - firstColumn
        let target = c.row(firstRow) + firstColumn
        let isWhole = rows == rowPanels.count * side && columns == 2 * side
        let hasNext = pair + 2 < columnPanels.upperBound
        func product(_ c: UnsafeMutablePointer<Float>, ld: Int, down: Int, across: Int, add: Bool) {
            loops.tile_product(
                a.panel(rowPanels.lowerBound), a.stride, rowPanels.count, b.panel(pair), b.stride,
                2, a.depth, c, ld, down, across, add ? 1 : 0,
                hasNext ? b.panel(pair + 2) : nil, hasNext ? 4 * b.stride : 0)
        }
        if isWhole {
            product(target, ld: c.stride, down: side * c.stride, across: side, add: adding)
        } else {
            let size = side * side
            product(productTiles, ld: side, down: 2 * size, across: size, add: false)
            loops.unpack_tiles(
                productTiles, 2 * size, size, nil, rows, columns, target, c.stride, adding ? 1 : 0)
        }
    }
}

/// Multiplies tiles that stay in registers (or, without tile registers, in the nearest cache) on all
/// threads, for measuring: what bfloat16 products reach if data never has to come from anywhere.
///
/// - Returns: the number of operations, about `operations`.
package func multiplyTiles(operations: Double) -> Double {
    let parts = 4 * Threads.count
    let perStep = 4 * 2 * Double(Tiles.side * Tiles.side * Tiles.inner)
    let steps = max(1, Int(operations / perStep) / parts)
    parallel(parts) { _ in loops.tile_limit(steps) }
    return Double(parts * steps) * perStep
}
