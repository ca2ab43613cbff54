/// One step on a grid, by its name on a map.
enum Compass: String, CaseIterable {
    case north, south, east, west

    var opposite: Compass {
        switch self {
        case .north: .south
        case .south: .north
        case .east: .west
        case .west: .east
        }
    }

    var step: Cell {
        switch self {
        case .north: Cell(x: 0, y: 1)
        case .south: Cell(x: 0, y: -1)
        case .east: Cell(x: 1, y: 0)
        case .west: Cell(x: -1, y: 0)
        }
    }
}

/// A place on a grid, or the way from one to another; north and above are up.
struct Cell: Hashable {
    let x: Int
    let y: Int

    static func + (a: Cell, b: Cell) -> Cell { Cell(x: a.x + b.x, y: a.y + b.y) }
    static func - (a: Cell, b: Cell) -> Cell { Cell(x: a.x - b.x, y: a.y - b.y) }
    /// Inner product.
    static func * (a: Cell, b: Cell) -> Int { a.x * b.x + a.y * b.y }
}

/// "The `subject` is `direction` of the `object`": what a sentence about two places says.
struct Bearing {
    let subject: String
    let direction: Compass
    let object: String

    /// The same said from the other side.
    var reversed: Bearing {
        Bearing(subject: object, direction: direction.opposite, object: subject)
    }
}
