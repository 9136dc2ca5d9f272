import PorticoValues

/// Takes the fields of a ``JSONRepresentable``, either to write them as JSON or to record their schema.
///
/// Names must be literals that need no escape. The text after a value documents the field; while JSON is written it
/// costs nothing.
public struct JSONObjectWriter: ~Copyable {
    @usableFromInline var writer: JSONWriter
    /// Nil while JSON is written.
    @usableFromInline let recorder: JSONSchemaRecorder?

    @usableFromInline
    init(_ writer: consuming JSONWriter, recorder: JSONSchemaRecorder? = nil) {
        self.writer = writer
        self.recorder = recorder
    }

    @usableFromInline
    consuming func finish() -> JSONWriter {
        writer
    }

    /// A field that is always there. Nil is written as `null`, and the schema says so.
    @inlinable @inline(__always)
    public mutating func field<Value: JSONFieldValue>(_ name: StaticString, _ value: Value, _ doc: StaticString = "") {
        guard recorder == nil else { return record(name, Value.self, doc) }
        writer.key(name)
        value.writeValue(to: &self)
    }

    /// A field that is left out when nil; when it is there it is not null.
    @inlinable @inline(__always)
    public mutating func optionalField<Value: JSONFieldValue>(
        _ name: StaticString, _ value: Value?, _ doc: StaticString = ""
    ) {
        guard recorder == nil else { return record(name, Value.self, doc, isRequired: false) }
        guard let value else { return }
        writer.key(name)
        value.writeValue(to: &self)
    }

    /// An object with any keys and values of one kind, in the order given.
    @inlinable
    public mutating func map<Value: JSONFieldValue>(
        _ name: StaticString, _ entries: [(String, Value)], _ doc: StaticString = ""
    ) {
        guard recorder == nil else { return recordMap(name, Value.self, doc) }
        writer.key(name)
        writer.beginObject()
        for (key, value) in entries {
            writer.key(key)
            value.writeValue(to: &self)
        }
        writer.endObject()
    }

    @usableFromInline @inline(never)
    mutating func record<Value: JSONFieldValue>(
        _ name: StaticString, _ type: Value.Type, _ doc: StaticString, isRequired: Bool = true
    ) {
        guard let recorder else { return }
        record(name, type.schema(in: recorder), doc, isRequired: isRequired)
    }

    @usableFromInline @inline(never)
    mutating func recordMap<Value: JSONFieldValue>(_ name: StaticString, _ type: Value.Type, _ doc: StaticString) {
        guard let recorder else { return }
        record(name, JSONSchema(.object([], additional: type.schema(in: recorder))), doc)
    }

    @usableFromInline @inline(never)
    mutating func record(_ name: StaticString, _ schema: JSONSchema, _ doc: StaticString, isRequired: Bool = true) {
        var schema = schema
        if doc.utf8CodeUnitCount > 0 { schema.description = doc.description }
        recorder?.properties.append(
            JSONSchema.Property(name: name.description, schema: schema, isRequired: isRequired))
    }
}
