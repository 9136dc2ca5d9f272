/// A piece of markup. Written as a string literal; every interpolated value is escaped unless it is `HTML` itself.
///
/// ```swift
/// let row: HTML = "<tr><td>\(code)</td><td>\(count)</td></tr>"
/// let list: HTML = "<ul>\(names.map { "<li>\($0)</li>" as HTML })</ul>"
/// ```
///
/// Attribute values must be quoted in the literal; the escapes hold in text and in quoted attributes, not in scripts,
/// styles or unquoted attributes.
public struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// The finished markup.
    public private(set) var text: String

    /// Markup taken as it is. Only for text this program made, never for anything a person typed.
    public init(trusted text: String) {
        self.text = text
    }

    /// Nothing at all.
    public static let empty = HTML(trusted: "")

    /// A literal is markup.
    public init(stringLiteral value: String) {
        self.text = value
    }

    /// A literal with interpolations: the literal parts are markup, the values are escaped.
    public init(stringInterpolation: Interpolation) {
        self.text = stringInterpolation.text
    }

    /// The pieces one after the other.
    public init(joining pieces: some Sequence<HTML>) {
        self.text = pieces.reduce(into: "") { $0 += $1.text }
    }

    /// Both pieces one after the other.
    public static func + (left: HTML, right: HTML) -> HTML {
        HTML(trusted: left.text + right.text)
    }

    /// Appends a piece.
    public static func += (left: inout HTML, right: HTML) {
        left.text += right.text
    }

    /// Collects the parts of an interpolated literal.
    public struct Interpolation: StringInterpolationProtocol {
        var text: String

        /// Room for the literal and about 16 bytes a value.
        public init(literalCapacity: Int, interpolationCount: Int) {
            text = ""
            text.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        /// Markup.
        public mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        /// Text, escaped.
        public mutating func appendInterpolation(_ value: some StringProtocol) {
            HTML.escape(value, into: &text)
        }

        /// Text, escaped; nothing for nil.
        public mutating func appendInterpolation(_ value: String?) {
            if let value { HTML.escape(value, into: &text) }
        }

        /// A whole number.
        public mutating func appendInterpolation(_ value: some BinaryInteger) {
            text += String(value)
        }

        /// Markup, as it is.
        public mutating func appendInterpolation(_ value: HTML) {
            text += value.text
        }

        /// Markup, as it is; nothing for nil.
        public mutating func appendInterpolation(_ value: HTML?) {
            if let value { text += value.text }
        }

        /// Pieces of markup, one after the other.
        public mutating func appendInterpolation(_ values: some Sequence<HTML>) {
            for value in values { text += value.text }
        }
    }

    /// Appends `value` with `&`, `<`, `>`, `"` and `'` as character references.
    static func escape(_ value: some StringProtocol, into text: inout String) {
        guard value.utf8.contains(where: { $0 == 0x26 || $0 == 0x3C || $0 == 0x3E || $0 == 0x22 || $0 == 0x27 }) else {
            text += value
            return
        }
        for character in value.unicodeScalars {
            switch character {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            default: text.unicodeScalars.append(character)
            }
        }
    }
}
