extension JSONValue {
    /// The text; nil for anything but a string.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The integer; nil for anything else, 2.0 included.
    public var int64: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    /// The number as a double; nil for anything but a number.
    public var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    /// The truth value; nil for anything else.
    public var bool: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    /// Whether this is `null`.
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The elements; nil for anything but an array.
    public var elements: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members; nil for anything but an object.
    public var members: [(key: String, value: JSONValue)]? {
        if case .object(let members) = self { members } else { nil }
    }
}
