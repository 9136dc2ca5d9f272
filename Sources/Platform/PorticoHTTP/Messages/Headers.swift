/// Header fields in the order they were set; names compare without regard to case (RFC 9110 §5.1).
public struct Headers: Sendable, Sequence, ExpressibleByDictionaryLiteral {
    /// Name and value as they stand on the wire.
    public typealias Element = (name: String, value: String)
    private var fields: [Element]

    /// Fields from a literal.
    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { (name: $0.0, value: $0.1) }
    }

    /// Fields in order.
    public init(_ fields: [Element] = []) {
        self.fields = fields
    }

    /// Room that suffices for the fields of most answers.
    static let usualCount = 16

    /// Number of fields.
    public var count: Int { fields.count }

    /// The first value of a field. Setting replaces all of that name; setting nil removes them.
    public subscript(name: String) -> String? {
        get { fields.first { Headers.isSame($0.name, name) }?.value }
        set {
            fields.removeAll { Headers.isSame($0.name, name) }
            if let newValue { fields.append((name: name, value: newValue)) }
        }
    }

    /// All values of a field, in order.
    public func values(_ name: String) -> [String] {
        fields.filter { Headers.isSame($0.name, name) }.map(\.value)
    }

    /// Appends a field and keeps those of the same name.
    public mutating func add(_ name: String, _ value: String) {
        fields.append((name: name, value: value))
    }

    /// Appends a field unless one of that name is there.
    public mutating func setDefault(_ name: String, _ value: String) {
        if self[name] == nil { fields.append((name: name, value: value)) }
    }

    /// Makes room for `count` fields in all.
    public mutating func reserve(_ count: Int) {
        fields.reserveCapacity(count)
    }

    /// The fields in order.
    public func makeIterator() -> IndexingIterator<[Element]> {
        fields.makeIterator()
    }

    /// Whether two names are the same but for ASCII case.
    static func isSame(_ left: String, _ right: String) -> Bool {
        let left = left.utf8
        let right = right.utf8
        guard left.count == right.count else { return false }
        var other = right.makeIterator()
        for byte in left {
            guard let second = other.next() else { return false }
            if byte == second { continue }
            let folded = byte | 0x20
            guard folded == second | 0x20, (0x61...0x7A).contains(folded) else { return false }
        }
        return true
    }
}
