/// A place in the log of a database's changes. A copy of the database that has come so far holds everything that was
/// committed before.
public struct LogPosition: Sendable, Hashable, Comparable {
    /// Bytes from the beginning of the log, as PostgreSQL counts them (`pg_lsn`).
    public let number: UInt64

    /// A position.
    public init(_ number: UInt64) {
        self.number = number
    }

    /// The position with this text, or nil when it is none.
    public init?(text: some StringProtocol) {
        guard (1...16).contains(text.utf8.count), let number = UInt64(text, radix: 16) else { return nil }
        self.number = number
    }

    /// 1 to 16 hexadecimal digits.
    public var text: String { String(number, radix: 16) }

    /// The earlier one comes first.
    public static func < (left: LogPosition, right: LogPosition) -> Bool {
        left.number < right.number
    }
}
