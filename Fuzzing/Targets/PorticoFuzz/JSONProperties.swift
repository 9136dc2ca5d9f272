import PorticoJSON

/// The reader agrees with a second one on what is JSON and on every value; what it accepted can be written and read back.
enum JSONProperties {
    private static let depthLimit = 64

    static func check(_ input: [UInt8]) {
        let document = try? JSONDocument(parsing: input, depthLimit: depthLimit)
        let reference = JSONReference.value(of: input, depthLimit: depthLimit)
        expect((document == nil) == (reference == nil), "both readers accept, or both refuse (\(reference == nil))")
        guard let document, let reference else { return }
        compare(document.root, reference)
        let value = document.root.value
        guard let again = try? JSONValue(parsing: value.bytes) else { return expect(false, "own bytes are JSON") }
        expect(isSame(again, value), "writing and reading gives the same value")
        expect(again.bytes == value.bytes, "writing is stable")
        guard let canonical = try? JSONValue(parsing: value.canonicalBytes) else {
            return expect(false, "canonical bytes are JSON")
        }
        expect(canonical.canonicalBytes == value.canonicalBytes, "canonical writing is stable")
    }

    private static func compare(_ node: JSONNode, _ value: JSONReference.Value) {
        switch value {
        case .null: expect(node.isNull && node.kind == .null, "null")
        case .bool(let flag): expect(node.bool == flag, "truth")
        case .string(let text): expect(node.string.map { Array($0.utf8) } == text, "text")
        case .number(let lexeme):
            expect(node.lexeme == lexeme, "a number's characters")
            expect(node.double?.bitPattern == Double(lexeme)?.bitPattern, "the nearest double of \(lexeme)")
            let isIntegral = lexeme.utf8.allSatisfy { $0 == 0x2D || (0x30...0x39).contains($0) }
            expect(node.int64 == (isIntegral ? Int64(lexeme) : nil), "the integer of \(lexeme)")
        case .array(let elements):
            expect(node.kind == .array && node.count == elements.count, "elements")
            for (child, element) in zip(node.elements, elements) { compare(child, element) }
        case .object(let members): compare(node, members)
        }
    }

    private static func compare(_ node: JSONNode, _ members: [(key: [UInt8], value: JSONReference.Value)]) {
        expect(node.kind == .object && node.count == members.count, "members")
        for (member, other) in zip(node.members, members) {
            expect(Array(member.key.utf8) == other.key, "a key")
            compare(member.node, other.value)
        }
        for other in members.prefix(16) {
            guard let last = members.last(where: { $0.key == other.key }),
                let found = node[String(decoding: other.key, as: UTF8.self)]
            else { return expect(false, "a key that is there is found") }
            compare(found, last.value)
        }
        let missing = members.reduce(into: "x") { $0 += String(decoding: $1.key, as: UTF8.self) }
        expect(node[missing] == nil, "a key that is not there is not found")
    }

    /// Equal but for the kind of numbers: 2.0 is written as 2.
    private static func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left == right
        case (.integer, .number), (.number, .number), (.number, .integer): left.double == right.double
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { isSame($0, $1) }
        case (.object(let left), .object(let right)):
            left.count == right.count
                && zip(left, right).allSatisfy { $0.key.utf8.elementsEqual($1.key.utf8) && isSame($0.value, $1.value) }
        default: left == right
        }
    }
}
