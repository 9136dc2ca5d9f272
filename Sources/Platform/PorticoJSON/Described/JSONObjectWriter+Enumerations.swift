extension JSONObjectWriter {
    /// One of the cases of an enumeration, by its raw value; the schema lists them all.
    @inlinable @inline(__always)
    public mutating func field<Choice: RawRepresentable & CaseIterable>(
        _ name: StaticString, _ value: Choice, _ doc: StaticString = ""
    ) where Choice.RawValue == String {
        guard recorder == nil else { return record(name, .choice(of: Choice.self), doc) }
        writer.key(name)
        writer.value(value.rawValue)
    }

    /// One of the cases of an enumeration, or `null`.
    @inlinable @inline(__always)
    public mutating func field<Choice: RawRepresentable & CaseIterable>(
        _ name: StaticString, _ value: Choice?, _ doc: StaticString = ""
    ) where Choice.RawValue == String {
        guard recorder == nil else { return record(name, .choice(of: Choice.self).nullable, doc) }
        writer.key(name)
        if let value { writer.value(value.rawValue) } else { writer.null() }
    }

    /// A list of cases of an enumeration.
    @inlinable
    public mutating func field<Choice: RawRepresentable & CaseIterable>(
        _ name: StaticString, _ values: [Choice], _ doc: StaticString = ""
    ) where Choice.RawValue == String {
        guard recorder == nil else { return record(name, .array(of: .choice(of: Choice.self)), doc) }
        writer.key(name)
        writer.beginArray()
        for value in values { writer.value(value.rawValue) }
        writer.endArray()
    }

    /// One of the cases of an enumeration, left out when nil.
    @inlinable @inline(__always)
    public mutating func optionalField<Choice: RawRepresentable & CaseIterable>(
        _ name: StaticString, _ value: Choice?, _ doc: StaticString = ""
    ) where Choice.RawValue == String {
        guard recorder == nil else { return record(name, .choice(of: Choice.self), doc, isRequired: false) }
        guard let value else { return }
        writer.key(name)
        writer.value(value.rawValue)
    }
}
