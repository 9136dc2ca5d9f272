/// A list, set, map, attribute or push that is being read.
struct RESPFrame: Sendable {
    enum Kind: UInt8, Sendable {
        case list = 0x2A
        case set = 0x7E
        case map = 0x25
        case attribute = 0x7C
        case push = 0x3E

        /// Values for each that is counted.
        var width: Int { self == .map || self == .attribute ? 2 : 1 }
    }

    let kind: Kind
    let expected: Int
    var values: [RESPValue] = []

    init(kind: Kind, expected: Int) {
        self.kind = kind
        self.expected = expected
        // A declared number is only a claim; most lists are short.
        values.reserveCapacity(min(expected, 64))
    }

    var isComplete: Bool { values.count == expected }

    var value: RESPValue {
        switch kind {
        case .list: .list(values)
        case .set: .set(values)
        case .push: .push(values)
        case .map, .attribute:
            .map(
                stride(from: 0, to: values.count - 1, by: 2).map {
                    RESPPair(key: values[$0], value: values[$0 + 1])
                })
        }
    }
}

/// A bulk string, verbatim string or bulk error whose length is known.
struct RESPBulk: Sendable {
    let type: UInt8
    let length: Int

    func value(_ content: [UInt8]) throws(RESPFlaw) -> RESPValue {
        switch type {
        case UInt8(ascii: "!"):
            return .error(RESPError(String(decoding: content, as: UTF8.self)))
        case UInt8(ascii: "="):
            // Three letters and a colon name the format.
            guard content.count >= 4, content[3] == UInt8(ascii: ":") else { throw RESPFlaw("a text without format") }
            return .bulk(Array(content[4...]))
        default:
            return .bulk(content)
        }
    }
}
