import PorticoJSON

/// Where a field of a request stands.
public enum FieldPlace: String, Sendable, Hashable {
    /// In the path, between slashes.
    case path
    /// In the query.
    case query
    /// In the body: a member of a JSON object, or a field of a form.
    case body
    /// In a header field.
    case header
}

/// What a route declares of one field. Decoding, documents and error messages come from it.
public struct FieldShape: Sendable {
    /// Name in its place.
    public let name: String
    /// Where it stands.
    public let place: FieldPlace
    /// Whether it must be there.
    public let isRequired: Bool
    /// Type and limits.
    public let schema: JSONSchema
    /// What it means.
    public let description: String
}

/// Text of a form that a regular expression can name and code can check.
public struct TextPattern: Sendable {
    /// The form as an ECMA-262 regular expression, for documents.
    public let expression: String
    let matches: @Sendable (String) -> Bool

    /// A form. `matches` must accept exactly what `expression` does.
    public init(_ expression: String, matches: @escaping @Sendable (String) -> Bool) {
        self.expression = expression
        self.matches = matches
    }

    /// Letters, digits and the given ASCII characters, in a number of characters.
    public static func characters(
        _ expression: String, count: ClosedRange<Int>, where isAllowed: @escaping @Sendable (UInt8) -> Bool
    ) -> TextPattern {
        TextPattern(expression) { count.contains($0.utf8.count) && $0.utf8.allSatisfy(isAllowed) }
    }
}

/// The input of a route: its initialiser names every field once, with its rules.
///
/// ```swift
/// struct NewArea: RouteInput {
///     let code: String
///     let name: String
///     init(_ fields: inout FieldReader) {
///         code = fields.text("code", 2...30, "Short name, fixed for ever")
///         name = fields.text("name", 1...60, "Name people read")
///     }
/// }
/// ```
///
/// The same initialiser is run once without a request to record the fields for the API document. It must therefore name
/// the same fields whatever their values are. Where a field is wrong the reader notes it and returns a harmless value; the
/// caller gets all errors at once and the handler is not called.
public protocol RouteInput: Sendable {
    /// Reads the fields.
    init(_ fields: inout FieldReader)
}

/// No input at all.
public struct NoInput: RouteInput {
    /// Nothing is read.
    public init() {}
    /// Nothing is read.
    public init(_ fields: inout FieldReader) {}
}
