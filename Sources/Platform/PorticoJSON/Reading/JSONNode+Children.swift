extension JSONNode {
    /// The elements of an array in order; nothing for any other kind.
    public var elements: Elements {
        Elements(first: self, count: kind == .array ? count : 0)
    }

    /// Keys and values of an object as they were sent, repeated keys included; nothing for any other kind.
    public var members: Members {
        Members(values: Elements(first: self, count: kind == .object ? count : 0))
    }

    /// The whole value, detached from the document. Of keys that repeat the last value stays, at the place of the
    /// first.
    public var value: JSONValue {
        switch kind {
        case .null: .null
        case .bool: .bool(bool ?? false)
        case .number: int64.map(JSONValue.integer) ?? .number(double ?? 0)
        case .string: .string(string ?? "")
        case .array: .array(elements.map(\.value))
        case .object: .object(distinctMembers)
        }
    }

    private var distinctMembers: [(key: String, value: JSONValue)] {
        guard entry.pointee.traits.contains(.isIrregular) else { return members.map { ($0.key, $0.node.value) } }
        var places: [String: Int] = [:]
        var distinct: [(key: String, value: JSONValue)] = []
        for (key, node) in members {
            if let place = places[key] {
                distinct[place].value = node.value
            } else {
                places[key] = distinct.count
                distinct.append((key, node.value))
            }
        }
        return distinct
    }

    /// The elements of an array.
    public struct Elements: Sequence, IteratorProtocol, Sendable {
        private let document: JSONDocument
        private var index: Int
        private var remaining: Int

        init(first container: JSONNode, count: Int) {
            document = container.document
            index = container.index + 1
            remaining = count
        }

        /// How many are left.
        public var underestimatedCount: Int { remaining }

        /// The next element.
        public mutating func next() -> JSONNode? {
            guard remaining > 0 else { return nil }
            remaining &-= 1
            let node = JSONNode(document: document, index: index)
            index = Int(node.entry.pointee.next)
            return node
        }
    }

    /// The members of an object.
    public struct Members: Sequence, IteratorProtocol, Sendable {
        private var values: Elements

        init(values: Elements) {
            self.values = values
        }

        /// How many are left.
        public var underestimatedCount: Int { values.underestimatedCount }

        /// The next key with its value.
        public mutating func next() -> (key: String, node: JSONNode)? {
            guard let node = values.next() else { return nil }
            let entry = node.entry.pointee
            let key = node.document.text(entry.keyStart, entry.keyCount, entry.traits.contains(.isKeyEscaped))
            return (key, node)
        }
    }
}
