import PorticoJSON

/// An answer that was kept.
public struct BenchAnswer: Sendable {
    /// Its status.
    public let status: Int
    /// Its fields, names in lower case.
    public let fields: [(name: String, value: String)]
    /// Its body.
    public let body: [UInt8]

    /// An answer of these parts.
    public init(status: Int, fields: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The first field of this name, which is in lower case.
    public func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// The body as JSON; null when it is none.
    public var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The beginning of the body in one line, for a sentence about it.
    public var excerpt: String {
        String(text.prefix(200)).split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
