import PorticoValues

/// What can be the value of a field: scalars, times, described objects, and optionals and arrays of these.
///
/// An application rarely conforms a type of its own; it describes objects with ``JSONRepresentable``, and enumerations
/// with string values are fields already.
public protocol JSONFieldValue {
    /// The schema of such a value; described objects met on the way are recorded as components.
    static func schema(in recorder: JSONSchemaRecorder) -> JSONSchema
    /// Writes one JSON value.
    func writeValue(to object: inout JSONObjectWriter)
}

extension String: JSONFieldValue {
    /// A string.
    public static func schema(in recorder: JSONSchemaRecorder) -> JSONSchema { .string }
    /// An escaped string.
    @inlinable @inline(__always)
    public func writeValue(to object: inout JSONObjectWriter) { object.writer.value(self) }
}

extension Int: JSONFieldValue {
    /// A 64-bit integer.
    public static func schema(in recorder: JSONSchemaRecorder) -> JSONSchema { .integer }
    /// Decimal digits.
    @inlinable @inline(__always)
    public func writeValue(to object: inout JSONObjectWriter) { object.writer.value(self) }
}

extension Int64: JSONFieldValue {
    /// A 64-bit integer.
    public static func schema(in recorder: JSONSchemaRecorder) -> JSONSchema { .integer }
    /// Decimal digits.
    @inlinable @inline(__always)
    public func writeValue(to object: inout JSONObjectWriter) { object.writer.value(self) }
}

extension Bool: JSONFieldValue {
    /// A truth value.
    public static func schema(in recorder: JSONSchemaRecorder) -> JSONSchema { .boolean }
    /// `true` or `false`.
    @inlinable @inline(__always)
    public func writeValue(to object: inout JSONObjectWriter) { object.writer.value(self) }
}

extension Double: JSONFieldValue {
    /// A number.
    public static func schema(in recorder: JSONSchemaRecorder) -> JSONSchema { .number }
    /// The shortest decimal; `null` when not finite.
    @inlinable @inline(__always)
    public func writeValue(to object: inout JSONObjectWriter) { object.writer.value(self) }
}

extension Instant: JSONFieldValue {
    /// A string of format `date-time`.
    public static func schema(in recorder: JSONSchemaRecorder) -> JSONSchema { .dateTime }
    /// RFC 3339 in UTC with milliseconds.
    @inlinable @inline(__always)
    public func writeValue(to object: inout JSONObjectWriter) { object.writer.value(self) }
}

extension CalendarDate: JSONFieldValue {
    /// A string of format `date`.
    public static func schema(in recorder: JSONSchemaRecorder) -> JSONSchema { .date }
    /// `YYYY-MM-DD`.
    @inlinable @inline(__always)
    public func writeValue(to object: inout JSONObjectWriter) { object.writer.value(self) }
}

extension JSONValue: JSONFieldValue {
    /// Anything.
    public static func schema(in recorder: JSONSchemaRecorder) -> JSONSchema { JSONSchema(.any) }
    /// The value as it is.
    public func writeValue(to object: inout JSONObjectWriter) { object.writer.value(self) }
}

extension Optional: JSONFieldValue where Wrapped: JSONFieldValue {
    /// The schema of the wrapped value, or null.
    public static func schema(in recorder: JSONSchemaRecorder) -> JSONSchema {
        var schema = Wrapped.schema(in: recorder)
        schema.isNullable = true
        return schema
    }

    /// The wrapped value, or `null`.
    @inlinable @inline(__always)
    public func writeValue(to object: inout JSONObjectWriter) {
        if let self { self.writeValue(to: &object) } else { object.writer.null() }
    }
}

extension Array: JSONFieldValue where Element: JSONFieldValue {
    /// An array of the element's schema.
    public static func schema(in recorder: JSONSchemaRecorder) -> JSONSchema {
        .array(of: Element.schema(in: recorder))
    }

    /// The elements between brackets. After the first, room is made for all of them.
    @inlinable
    public func writeValue(to object: inout JSONObjectWriter) {
        object.writer.beginArray()
        let start = object.writer.count
        for (index, element) in self.enumerated() {
            element.writeValue(to: &object)
            if index == 0, count > 8 {
                let each = object.writer.count - start
                object.writer.reserveCapacity((each + each / 8) * count)
            }
        }
        object.writer.endArray()
    }
}
