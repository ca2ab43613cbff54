/// A JSON list of token ids, each a whole number from 0 on; what is wrong with one is said of that one.
package struct TokenIDList: Decodable {
    package let ids: [TokenID]

    package init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        var ids: [TokenID] = []
        while !container.isAtEnd {
            let number = try container.decode(Double.self)
            guard number == number.rounded(), (0...Double(TokenID.max)).contains(number) else {
                let spelled =
                    number == number.rounded() && abs(number) < 1e15
                    ? "\(Int(number))" : "\(number)"
                throw DecodingError.dataCorrupted(
                    .init(
                        codingPath: container.codingPath,
                        debugDescription:
                            "item \(container.currentIndex) is \(spelled), which is no token id;"
                            + " expected whole numbers from 0 to \(TokenID.max)"))
            }
            ids.append(TokenID(number))
        }
        self.ids = ids
    }
}
