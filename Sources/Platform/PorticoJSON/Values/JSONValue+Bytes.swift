extension JSONValue {
    /// The value that `bytes` hold, read as ``JSONDocument`` does. Of keys that repeat the last one counts.
    ///
    /// Throws ``JSONError`` with the offset when the bytes are not JSON.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        self = try JSONDocument(parsing: bytes).root.value
    }

    /// Compact JSON, members in their order.
    public var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.finish()
    }

    /// The JSON Canonicalization Scheme (RFC 8785): keys sorted by their UTF-16 code units, numbers as ECMAScript
    /// prints doubles, no space. Equal values have equal bytes, so these are what to hash and sign.
    ///
    /// The scheme knows doubles only: an integer beyond 2^53 is rounded to one. Ids are strings for this reason.
    public var canonicalBytes: [UInt8] {
        var writer = JSONWriter()
        writeCanonical(to: &writer)
        return writer.finish()
    }

    private func writeCanonical(to writer: inout JSONWriter) {
        switch self {
        case .null, .bool, .number, .string: writer.value(self)
        case .integer(let number): writer.value(Double(number))
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.writeCanonical(to: &writer) }
            writer.endArray()
        case .object(let members):
            writer.beginObject()
            for member in members.sorted(by: { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }) {
                writer.key(member.key)
                member.value.writeCanonical(to: &writer)
            }
            writer.endObject()
        }
    }
}
