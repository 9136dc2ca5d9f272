import PorticoJSON
import PorticoValues
import Testing

@Suite struct JSONSchemaTests {
    private func properties(of name: String, in description: JSONSchema.Description) -> JSONValue? {
        description.components[name]?.json["properties"]
    }

    @Test("records every sort of field")
    func everything() throws {
        let description = JSONSchema.describing(Everything.self)
        #expect(description.schema == .reference("Everything"))
        let fields = try #require(properties(of: "Everything", in: description))
        let id: JSONValue = ["type": "string", "pattern": "^-?[0-9]{1,19}$"]
        let inner: JSONValue = ["$ref": "#/components/schemas/Inner"]
        let null: JSONValue = ["type": "null"]
        let expected: [(String, JSONValue)] = [
            ("id", ["type": "string", "pattern": "^-?[0-9]{1,19}$", "description": "The id"]),
            ("parent_id", ["type": ["string", "null"], "pattern": "^-?[0-9]{1,19}$"]),
            ("ids", ["type": "array", "items": id]), ("other_id", id),
            ("string", ["type": "string", "description": "A string"]),
            ("string_or_null", ["type": ["string", "null"]]), ("int", ["type": "integer", "format": "int64"]),
            ("int_or_null", ["type": ["integer", "null"], "format": "int64"]),
            ("int64", ["type": "integer", "format": "int64"]),
            ("int64_or_null", ["type": ["integer", "null"], "format": "int64"]), ("bool", ["type": "boolean"]),
            ("bool_or_null", ["type": ["boolean", "null"]]), ("double", ["type": "number", "format": "double"]),
            ("double_or_null", ["type": ["number", "null"], "format": "double"]),
            ("at", ["type": "string", "format": "date-time"]),
            ("at_or_null", ["type": ["string", "null"], "format": "date-time"]),
            ("day", ["type": "string", "format": "date"]),
            ("day_or_null", ["type": ["string", "null"], "format": "date"]),
            ("tags", ["type": "array", "items": ["type": "string"]]),
            ("inner", ["$ref": "#/components/schemas/Inner", "description": "The one inside"]),
            ("inner_or_null", ["oneOf": [inner, null]]), ("inners", ["type": "array", "items": inner]), ("free", [:]),
            ("colour", ["type": "string", "enum": ["red", "light_green"], "description": "A colour"]),
            ("colour_or_null", ["type": ["string", "null"], "enum": ["red", "light_green", nil]]),
            ("colours", ["type": "array", "items": ["type": "string", "enum": ["red", "light_green"]]]),
            ("colour_maybe", ["type": "string", "enum": ["red", "light_green"]]), ("string_maybe", ["type": "string"]),
            ("int_maybe", ["type": "integer", "format": "int64"]),
            ("at_maybe", ["type": "string", "format": "date-time"]), ("inner_maybe", inner),
            ("list_maybe", ["type": "array", "items": ["type": "string"]]),
            (
                "drift",
                [
                    "type": "object", "additionalProperties": ["type": "integer", "format": "int64"],
                    "description": "Counts by name",
                ]
            ),
        ]
        #expect(fields.members?.map(\.key) == expected.map(\.0))
        for (key, schema) in expected { #expect(fields[key] == schema, "\(key)") }
    }

    @Test("requires what is always there, whatever the example leaves out")
    func required() {
        let schema = JSONSchema.describing(Everything.self).components["Everything"]?.json
        let required = schema?["required"]?.elements?.compactMap(\.string) ?? []
        let all = schema?["properties"]?.members?.map(\.key) ?? []
        let optional = [
            "other_id", "colour_maybe", "string_maybe", "int_maybe", "at_maybe", "inner_maybe", "list_maybe",
        ]
        #expect(required == all.filter { !optional.contains($0) })
    }

    @Test("collects nested objects once, each with its example")
    func components() throws {
        let description = JSONSchema.describing([Everything].self)
        #expect(description.schema == .array(of: .reference("Everything")))
        #expect(Set(description.components.keys) == ["Everything", "Inner"])
        #expect(
            description.components["Inner"]?.json == [
                "type": "object",
                "properties": ["name": ["type": "string", "description": "What it is called"]],
                "required": ["name"], "examples": [["name": "inside"]],
            ])
        let example = try JSONValue(parsing: JSONWriter.encode(Everything.example))
        #expect(description.components["Everything"]?.example == example)
    }

    @Test("describes a type that contains itself, and plain values")
    func others() {
        let tree = JSONSchema.describing(Tree.self)
        #expect(Array(tree.components.keys) == ["Tree"])
        #expect(
            properties(of: "Tree", in: tree)
                == ["children": ["type": "array", "items": ["$ref": "#/components/schemas/Tree"]]])
        let plain = JSONSchema.describing(Optional<String>.self)
        #expect(plain.schema == .string.nullable)
        #expect(plain.components.isEmpty)
        #expect(JSONSchema.describing(Optional<Inner>.self).schema.isNullable)
    }

    @Test("writes all rules")
    func rules() {
        var schema = JSONSchema.string
        schema.minLength = 1
        schema.maxLength = 20
        schema.pattern = "^[A-Z]+$"
        schema.example = "AB"
        #expect(
            schema.json == [
                "type": "string", "minLength": 1, "maxLength": 20, "pattern": "^[A-Z]+$", "examples": ["AB"],
            ])
        var number = JSONSchema(.number)
        number.minimum = -90
        number.maximum = 90.5
        #expect(number.json == ["type": "number", "minimum": -90, "maximum": 90.5])
        var list = JSONSchema.array(of: .boolean)
        list.minItems = 1
        list.maxItems = 100
        #expect(list.json == ["type": "array", "items": ["type": "boolean"], "minItems": 1, "maxItems": 100])
    }

    @Test("writes alternatives and free-form objects")
    func shapes() {
        let either = JSONSchema(.oneOf([.string, .reference("Inner")]))
        #expect(either.json == ["oneOf": [["type": "string"], ["$ref": "#/components/schemas/Inner"]]])
        #expect(
            either.nullable.json == [
                "oneOf": [["type": "string"], ["$ref": "#/components/schemas/Inner"], ["type": "null"]]
            ])
        #expect(JSONSchema(.object([])).json == ["type": "object"])
        #expect(JSONSchema(.any).nullable.json == [:])
        let object = JSONSchema(.object([.init(name: "a", schema: .string, isRequired: false)]))
        #expect(object.json == ["type": "object", "properties": ["a": ["type": "string"]]])
    }
}
