extension JSONWriter {
    /// Any JSON value, its members in the order they have.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let flag): self.value(flag)
        case .integer(let number): self.value(number)
        case .number(let number): self.value(number)
        case .string(let text): self.value(text)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let members):
            beginObject()
            for member in members {
                key(member.key)
                self.value(member.value)
            }
            endObject()
        }
    }

    /// A described object.
    @inlinable
    public mutating func value(_ value: some JSONRepresentable) {
        var object = JSONObjectWriter(self)
        value.writeValue(to: &object)
        self = object.finish()
    }

    /// The JSON of a described object.
    @inlinable
    public static func encode(_ value: some JSONRepresentable) -> [UInt8] {
        var object = JSONObjectWriter(JSONWriter())
        value.writeValue(to: &object)
        return object.finish().finish()
    }

    /// The JSON array of described objects. The first one gives the size to make room for.
    @inlinable
    public static func encode(list: [some JSONRepresentable]) -> [UInt8] {
        var object = JSONObjectWriter(JSONWriter())
        list.writeValue(to: &object)
        return object.finish().finish()
    }
}
