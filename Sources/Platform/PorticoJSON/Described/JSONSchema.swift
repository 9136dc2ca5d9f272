/// The part of JSON Schema 2020-12 that the platform's contracts need.
///
/// Rules apply to the shape they make sense for: lengths and pattern to strings, bounds to numbers, counts to arrays.
public struct JSONSchema: Sendable, Hashable {
    /// What kind of value it is.
    public indirect enum Shape: Sendable, Hashable {
        /// Anything.
        case any
        /// `true` or `false`.
        case boolean
        /// A number without a fraction.
        case integer
        /// A number.
        case number
        /// Text.
        case string
        /// A list whose elements all follow one schema.
        case array(JSONSchema)
        /// Named fields, and the schema of the values under all other keys, if that is fixed.
        case object([Property], additional: JSONSchema? = nil)
        /// A component of the same document, by name.
        case reference(String)
        /// Exactly one of these.
        case oneOf([JSONSchema])
    }

    /// A field of an object.
    public struct Property: Sendable, Hashable {
        /// The key.
        public var name: String
        /// The schema of the value.
        public var schema: JSONSchema
        /// Whether the key must be there.
        public var isRequired: Bool

        /// A field; required unless said otherwise.
        public init(name: String, schema: JSONSchema, isRequired: Bool = true) {
            self.name = name
            self.schema = schema
            self.isRequired = isRequired
        }
    }

    /// What kind of value it is.
    public var shape: Shape
    /// Whether `null` is also allowed.
    public var isNullable = false
    /// A name for the form of a string or number: `date-time`, `date`, `email`, `uri`, `int64`.
    public var format: String?
    /// The only values allowed; empty when there is no such list.
    public var allowedValues: [JSONValue] = []
    /// The smallest number allowed.
    public var minimum: Double?
    /// The largest number allowed.
    public var maximum: Double?
    /// The fewest characters (Unicode code points) allowed.
    public var minLength: Int?
    /// The most characters (Unicode code points) allowed.
    public var maxLength: Int?
    /// A regular expression (ECMA-262) that a string must match somewhere.
    public var pattern: String?
    /// The fewest elements allowed.
    public var minItems: Int?
    /// The most elements allowed.
    public var maxItems: Int?
    /// A sentence or two for the reader.
    public var description: String?
    /// A realistic value.
    public var example: JSONValue?

    /// A schema without further rules.
    public init(_ shape: Shape) {
        self.shape = shape
    }
}

extension JSONSchema {
    /// Text.
    public static let string = JSONSchema(.string)
    /// `true` or `false`.
    public static let boolean = JSONSchema(.boolean)
    /// A 64-bit integer.
    public static let integer = formatted(.integer, "int64")
    /// A double.
    public static let number = formatted(.number, "double")
    /// An RFC 3339 date-time.
    public static let dateTime = formatted(.string, "date-time")
    /// An RFC 3339 full-date.
    public static let date = formatted(.string, "date")

    /// A 64-bit integer as a string of decimal digits.
    public static let id: JSONSchema = {
        var schema = JSONSchema.string
        schema.pattern = "^-?[0-9]{1,19}$"
        return schema
    }()

    /// A list of elements that follow `element`.
    public static func array(of element: JSONSchema) -> JSONSchema {
        JSONSchema(.array(element))
    }

    /// A component of the same document.
    public static func reference(_ name: String) -> JSONSchema {
        JSONSchema(.reference(name))
    }

    /// The raw values of an enumeration, in the order of its cases.
    public static func choice<Choice: RawRepresentable & CaseIterable>(of type: Choice.Type) -> JSONSchema
    where Choice.RawValue == String {
        var schema = JSONSchema.string
        schema.allowedValues = type.allCases.map { .string($0.rawValue) }
        return schema
    }

    /// The same schema with `null` allowed as well.
    public var nullable: JSONSchema {
        var schema = self
        schema.isNullable = true
        return schema
    }

    private static func formatted(_ shape: Shape, _ format: String) -> JSONSchema {
        var schema = JSONSchema(shape)
        schema.format = format
        return schema
    }
}
