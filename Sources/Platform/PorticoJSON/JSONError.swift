/// Why bytes are not JSON, and where.
///
/// The text names neither keys nor values, so it may be shown to whoever sent the bytes.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Bytes before the one that could not be read; the length of the input when it ended too early.
    public let offset: Int
    /// A few words in English, without a full stop: `unexpected byte`.
    public let reason: String

    /// An error at a byte offset.
    public init(offset: Int, reason: String) {
        self.offset = offset
        self.reason = reason
    }

    /// `unexpected byte at byte 17`.
    public var description: String {
        "\(reason) at byte \(offset)"
    }
}
