/// An object of an answer or a request. One function names its fields, and both the JSON and its schema come from it.
///
/// ```swift
/// struct Parent: JSONRepresentable {
///     static let schemaName = "Parent"
///     static let example = Parent(code: "P-100", children: 12)
///     var code: String
///     var children: Int
///
///     func write(to object: inout JSONObjectWriter) {
///         object.field("code", code, "The code on the label")
///         object.field("children", children, "Bags tied to it")
///     }
/// }
/// ```
///
/// `write` names every field on every call, whatever the values are; a field that may be missing is an
/// `optionalField`, not an `if`.
public protocol JSONRepresentable: JSONFieldValue, Sendable {
    /// The name of the schema among an OpenAPI document's components, such as `Parent`.
    static var schemaName: String { get }
    /// A realistic value. It stands in the documentation, and recording the schema walks through it.
    static var example: Self { get }
    /// Names every field in order.
    func write(to object: inout JSONObjectWriter)
}

extension JSONRepresentable {
    /// A reference to the component, which is recorded when it is met for the first time.
    public static func schema(in recorder: JSONSchemaRecorder) -> JSONSchema {
        recorder.reference(to: Self.self)
    }

    /// The braces and the fields between them.
    @inlinable @inline(__always)
    public func writeValue(to object: inout JSONObjectWriter) {
        object.writer.beginObject()
        write(to: &object)
        object.writer.endObject()
    }
}
