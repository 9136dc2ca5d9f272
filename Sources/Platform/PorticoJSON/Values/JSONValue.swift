/// Any JSON value, for places where a shape is not known beforehand and speed does not matter.
///
/// Numbers keep their kind: `2` is an integer, `2.0` a number, and the two are different values. Two objects are equal
/// when they have equal values under the same keys, in whatever order.
public enum JSONValue: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number without fraction and exponent that fits 64 bits.
    case integer(Int64)
    /// Any other number.
    case number(Double)
    /// Text.
    case string(String)
    /// Values in order.
    case array([JSONValue])
    /// Keys and values in the order they were written.
    case object([(key: String, value: JSONValue)])

    /// The value under `key`; nil when there is none or this is no object. Setting nil removes it; setting on `null`
    /// makes an object.
    public subscript(key: String) -> JSONValue? {
        get {
            guard case .object(let members) = self else { return nil }
            return members.last { $0.key == key }?.value
        }
        set {
            var members: [(key: String, value: JSONValue)] = []
            switch self {
            case .object(let present): members = present
            case .null: break
            default: return
            }
            self = .object(Self.setting(newValue, under: key, in: members))
        }
    }

    private static func setting(
        _ value: JSONValue?, under key: String, in members: [(key: String, value: JSONValue)]
    ) -> [(key: String, value: JSONValue)] {
        var members = members
        guard let value else {
            members.removeAll { $0.key == key }
            return members
        }
        if let index = members.lastIndex(where: { $0.key == key }) {
            members[index].value = value
        } else {
            members.append((key, value))
        }
        return members
    }

    /// The element at `index`; nil when there is none or this is no array.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}

extension JSONValue: Hashable {
    /// Equality as described above.
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)):
            left.count == right.count && dictionary(left) == dictionary(right)
        default: false
        }
    }

    /// Hashes the kind and the content.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let flag): hasher.combine(flag)
        case .integer(let number): hasher.combine(number)
        case .number(let number): hasher.combine(number)
        case .string(let text): hasher.combine(text)
        case .array(let elements): hasher.combine(elements)
        case .object(let members): hasher.combine(Self.dictionary(members))
        }
    }

    private static func dictionary(_ members: [(key: String, value: JSONValue)]) -> [String: JSONValue] {
        Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
    }
}
