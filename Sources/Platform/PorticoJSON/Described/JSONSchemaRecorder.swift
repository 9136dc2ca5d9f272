/// Collects the schemas of described objects while their fields are named.
public final class JSONSchemaRecorder {
    /// The fields named so far of the object being recorded.
    var properties: [JSONSchema.Property] = []
    private(set) var components: [String: JSONSchema] = [:]
    private var types: [String: ObjectIdentifier] = [:]

    init() {}

    /// A reference to the component of `type`, which is recorded unless it has been already.
    ///
    /// Two types under one name are a mistake in the program and stop it: one of them would be documented wrongly.
    func reference<Object: JSONRepresentable>(to type: Object.Type) -> JSONSchema {
        let name = type.schemaName
        let identity = ObjectIdentifier(type)
        if let known = types[name] {
            precondition(known == identity, "two types call their schema \(name)")
            return .reference(name)
        }
        // Known before its fields are, so that an object may contain others of its kind.
        types[name] = identity
        let outer = properties
        properties = []
        let example = type.example
        var object = JSONObjectWriter(JSONWriter(capacity: 0), recorder: self)
        example.write(to: &object)
        var schema = JSONSchema(.object(properties))
        schema.example = try? JSONValue(parsing: JSONWriter.encode(example))
        properties = outer
        components[name] = schema
        return .reference(name)
    }
}

extension JSONSchema {
    /// A schema and the components it refers to.
    public struct Description: Sendable, Hashable {
        /// The schema itself; for a described object a reference to its component.
        public var schema: JSONSchema
        /// The schemas of the described objects met on the way, by name.
        public var components: [String: JSONSchema]
    }

    /// The schema of a described object, or of an array or optional of one, with nested objects as named components.
    public static func describing<Value: JSONFieldValue>(_ type: Value.Type) -> Description {
        let recorder = JSONSchemaRecorder()
        let schema = type.schema(in: recorder)
        return Description(schema: schema, components: recorder.components)
    }
}
