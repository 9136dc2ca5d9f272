import PorticoValues

/// A value as both engines store it.
public enum SQLValue: Sendable, Hashable {
    /// No value.
    case null
    /// A whole number; also instants (milliseconds), flags (0/1) and ids.
    case integer(Int64)
    /// A floating-point number.
    case real(Double)
    /// Text in UTF-8.
    case text(String)
    /// Raw bytes.
    case blob([UInt8])
}

extension SQLValue {
    /// Refuses what one of the engines can't keep: text with a NUL byte (PostgreSQL), and NaN (SQLite makes it null).
    ///
    /// Sessions ask it of every parameter; engines ask it in bulk loads.
    /// - Throws: ``SQLError`` `.unstorable`.
    public func refuseUnstorable() throws {
        switch self {
        case .text(let text) where text.utf8.contains(0):
            throw SQLError(.unstorable, message: "text with a NUL byte can't be stored")
        case .real(let number) where number.isNaN:
            throw SQLError(.unstorable, message: "a number that is not one can't be stored")
        default: return
        }
    }
}

/// A type whose values can be bound to a statement.
public protocol SQLBindable {
    /// The value to store.
    var sqlValue: SQLValue { get }
}

/// A type that can be read from a column.
public protocol SQLReadable {
    /// Reads column `column`, counted from 0.
    /// - Throws: ``SQLError`` with code `.unexpectedNull` or `.unexpectedValue`.
    static func read(_ row: Row, _ column: Int) throws -> Self
}

extension SQLValue: SQLBindable {
    /// Itself.
    public var sqlValue: SQLValue { self }
}

extension Int64: SQLBindable, SQLReadable {
    /// An integer.
    public var sqlValue: SQLValue { .integer(self) }
    /// Reads an integer.
    public static func read(_ row: Row, _ column: Int) throws -> Int64 { try row.notNull(column).integer(column) }
}

extension Int: SQLBindable, SQLReadable {
    /// An integer.
    public var sqlValue: SQLValue { .integer(Int64(self)) }
    /// Reads an integer.
    public static func read(_ row: Row, _ column: Int) throws -> Int { Int(try row.notNull(column).integer(column)) }
}

extension Bool: SQLBindable, SQLReadable {
    /// 1 or 0.
    public var sqlValue: SQLValue { .integer(self ? 1 : 0) }
    /// Reads an integer; every number but 0 is true.
    public static func read(_ row: Row, _ column: Int) throws -> Bool { try row.notNull(column).integer(column) != 0 }
}

extension Double: SQLBindable, SQLReadable {
    /// A floating-point number.
    public var sqlValue: SQLValue { .real(self) }
    /// Reads a number.
    public static func read(_ row: Row, _ column: Int) throws -> Double { try row.notNull(column).double(column) }
}

extension String: SQLBindable, SQLReadable {
    /// Text.
    public var sqlValue: SQLValue { .text(self) }
    /// Reads text.
    public static func read(_ row: Row, _ column: Int) throws -> String { try row.notNull(column).text(column) }
}

extension Array: SQLBindable where Element == UInt8 {
    /// Raw bytes.
    public var sqlValue: SQLValue { .blob(self) }
}

extension Array: SQLReadable where Element == UInt8 {
    /// Reads raw bytes.
    public static func read(_ row: Row, _ column: Int) throws -> [UInt8] { try row.notNull(column).bytes(column) }
}

extension Instant: SQLBindable, SQLReadable {
    /// Milliseconds since the epoch.
    public var sqlValue: SQLValue { .integer(milliseconds) }
    /// Reads milliseconds since the epoch.
    public static func read(_ row: Row, _ column: Int) throws -> Instant {
        Instant(milliseconds: try Int64.read(row, column))
    }
}

extension CalendarDate: SQLBindable, SQLReadable {
    /// `YYYY-MM-DD`.
    public var sqlValue: SQLValue { .text(text) }
    /// Reads `YYYY-MM-DD`.
    public static func read(_ row: Row, _ column: Int) throws -> CalendarDate {
        guard let date = CalendarDate(try String.read(row, column)) else {
            throw SQLError(.unexpectedValue, message: "column \(column) holds no date")
        }
        return date
    }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
    /// The wrapped value, or null.
    public var sqlValue: SQLValue { self?.sqlValue ?? .null }
}

extension Optional: SQLReadable where Wrapped: SQLReadable {
    /// Reads the wrapped value, or nil where the column is null.
    public static func read(_ row: Row, _ column: Int) throws -> Wrapped? {
        row.isNull(column) ? nil : try Wrapped.read(row, column)
    }
}

/// Enumerations with text raw values are stored as that text.
extension SQLReadable where Self: RawRepresentable, RawValue == String {
    /// Reads the raw value.
    public static func read(_ row: Row, _ column: Int) throws -> Self {
        guard let value = Self(rawValue: try String.read(row, column)) else {
            throw SQLError(.unexpectedValue, message: "column \(column) holds no \(Self.self)")
        }
        return value
    }
}

extension SQLBindable where Self: RawRepresentable, RawValue == String {
    /// The raw value.
    public var sqlValue: SQLValue { .text(rawValue) }
}
