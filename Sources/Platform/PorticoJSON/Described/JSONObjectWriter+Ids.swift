extension JSONObjectWriter {
    /// An id: a 64-bit integer written as a string of decimal digits, because JavaScript's numbers stop at 2^53.
    @inlinable @inline(__always)
    public mutating func field(_ name: StaticString, id: Int64, _ doc: StaticString = "") {
        guard recorder == nil else { return record(name, .id, doc) }
        writer.key(name)
        writer.value(id: id)
    }

    /// An id, or `null`.
    @inlinable @inline(__always)
    public mutating func field(_ name: StaticString, id: Int64?, _ doc: StaticString = "") {
        guard recorder == nil else { return record(name, .id.nullable, doc) }
        writer.key(name)
        if let id { writer.value(id: id) } else { writer.null() }
    }

    /// A list of ids.
    @inlinable
    public mutating func field(_ name: StaticString, ids: [Int64], _ doc: StaticString = "") {
        guard recorder == nil else { return record(name, .array(of: .id), doc) }
        writer.key(name)
        writer.beginArray()
        for id in ids { writer.value(id: id) }
        writer.endArray()
    }

    /// An id that is left out when nil.
    @inlinable @inline(__always)
    public mutating func optionalField(_ name: StaticString, id: Int64?, _ doc: StaticString = "") {
        guard recorder == nil else { return record(name, .id, doc, isRequired: false) }
        guard let id else { return }
        writer.key(name)
        writer.value(id: id)
    }
}
