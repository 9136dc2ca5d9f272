import PorticoJSON

extension JSONSchema {
    /// Text with limits.
    static func text(_ length: ClosedRange<Int>, pattern: String?, example: String?) -> JSONSchema {
        var schema = JSONSchema(.string)
        schema.minLength = length.lowerBound
        schema.maxLength = length.upperBound
        schema.pattern = pattern
        schema.example = example.map { .string($0) }
        return schema
    }

    /// A whole number with limits.
    static func wholeNumber(_ range: ClosedRange<Int64>) -> JSONSchema {
        var schema = JSONSchema.integer
        schema.minimum = Double(range.lowerBound)
        schema.maximum = Double(range.upperBound)
        return schema
    }

    /// One of a few words.
    static func words(_ names: [String]) -> JSONSchema {
        var schema = JSONSchema(.string)
        schema.allowedValues = names.map { .string($0) }
        return schema
    }

    /// A list of objects.
    static func list(of element: JSONSchema, _ count: ClosedRange<Int>) -> JSONSchema {
        var schema = JSONSchema(.array(element))
        schema.minItems = count.lowerBound
        schema.maxItems = count.upperBound
        return schema
    }

    /// An object with these fields. Fields that may be left out may also be null.
    static func object(_ shapes: [FieldShape]) -> JSONSchema {
        JSONSchema(
            .object(
                shapes.map { shape in
                    var schema = shape.schema
                    schema.description = shape.description
                    schema.isNullable = !shape.isRequired
                    return Property(name: shape.name, schema: schema, isRequired: shape.isRequired)
                }))
    }
}
