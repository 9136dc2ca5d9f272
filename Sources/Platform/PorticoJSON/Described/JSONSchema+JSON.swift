extension JSONSchema {
    /// The schema as JSON Schema 2020-12 and OpenAPI 3.1 write it.
    ///
    /// A nullable value has two types, `["string","null"]`; a nullable reference is `oneOf` the reference and null.
    /// The example goes into the list `examples`.
    public var json: JSONValue {
        var members = shapeMembers
        add("format", format.map(JSONValue.string), to: &members)
        if !allowedValues.isEmpty {
            members.append(("enum", .array(isNullable ? allowedValues + [.null] : allowedValues)))
        }
        add("minimum", minimum.map(Self.bound), to: &members)
        add("maximum", maximum.map(Self.bound), to: &members)
        add("minLength", minLength.map(Self.count), to: &members)
        add("maxLength", maxLength.map(Self.count), to: &members)
        add("pattern", pattern.map(JSONValue.string), to: &members)
        add("minItems", minItems.map(Self.count), to: &members)
        add("maxItems", maxItems.map(Self.count), to: &members)
        add("description", description.map(JSONValue.string), to: &members)
        add("examples", example.map { .array([$0]) }, to: &members)
        return .object(members)
    }

    private typealias Members = [(key: String, value: JSONValue)]

    private var shapeMembers: Members {
        switch shape {
        case .any: []
        case .boolean: [type("boolean")]
        case .integer: [type("integer")]
        case .number: [type("number")]
        case .string: [type("string")]
        case .array(let element): [type("array"), ("items", element.json)]
        case .object(let properties, let additional): objectMembers(properties, additional)
        case .reference(let name): referenceMembers(name)
        case .oneOf(let schemas): [("oneOf", .array(schemas.map(\.json) + (isNullable ? [Self.null] : [])))]
        }
    }

    private func type(_ name: String) -> (key: String, value: JSONValue) {
        ("type", isNullable ? [.string(name), "null"] : .string(name))
    }

    private func objectMembers(_ properties: [Property], _ additional: JSONSchema?) -> Members {
        var members = [type("object")]
        if !properties.isEmpty {
            members.append(("properties", .object(properties.map { ($0.name, $0.schema.json) })))
        }
        let required = properties.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { members.append(("required", .array(required))) }
        add("additionalProperties", additional?.json, to: &members)
        return members
    }

    private func referenceMembers(_ name: String) -> Members {
        let path = JSONValue.string("#/components/schemas/" + name)
        return isNullable ? [("oneOf", [["$ref": path], Self.null])] : [("$ref", path)]
    }

    private static let null: JSONValue = ["type": "null"]

    private static func bound(_ number: Double) -> JSONValue {
        Int64(exactly: number).map(JSONValue.integer) ?? .number(number)
    }

    private static func count(_ number: Int) -> JSONValue {
        .integer(Int64(number))
    }

    private func add(_ key: String, _ value: JSONValue?, to members: inout Members) {
        if let value { members.append((key, value)) }
    }
}
