/// What went wrong in a database. The description holds no bound value and no row, so that it may be logged.
public struct SQLError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that callers treat differently.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case uniqueViolation, foreignKeyViolation, checkViolation, notNullViolation, serialization, busy,
                unavailable
            case poolTimeout, statementTimeout, diskFull, corrupt, readOnly, syntax, unexpectedNull, unexpectedValue
            case unstorable, commitUnknown, migration, cancelled, other
        }
        private let kind: Kind

        /// A row with the same key exists.
        public static let uniqueViolation = Code(kind: .uniqueViolation)
        /// A row that is referred to does not exist, or is still referred to.
        public static let foreignKeyViolation = Code(kind: .foreignKeyViolation)
        /// A CHECK constraint refused a value.
        public static let checkViolation = Code(kind: .checkViolation)
        /// A column that must have a value got none.
        public static let notNullViolation = Code(kind: .notNullViolation)
        /// Another transaction got in between (serialization failure or deadlock); the same transaction may be retried.
        public static let serialization = Code(kind: .serialization)
        /// The database is locked by another process.
        public static let busy = Code(kind: .busy)
        /// The server or file can't be reached.
        public static let unavailable = Code(kind: .unavailable)
        /// No connection became free in time.
        public static let poolTimeout = Code(kind: .poolTimeout)
        /// The statement ran longer than allowed.
        public static let statementTimeout = Code(kind: .statementTimeout)
        /// The disk is full or refused to write.
        public static let diskFull = Code(kind: .diskFull)
        /// The file is damaged.
        public static let corrupt = Code(kind: .corrupt)
        /// A write was tried on a read connection.
        public static let readOnly = Code(kind: .readOnly)
        /// The statement is not valid SQL for this schema.
        public static let syntax = Code(kind: .syntax)
        /// A column was null where a value was asked for.
        public static let unexpectedNull = Code(kind: .unexpectedNull)
        /// A column held another kind of value than was asked for.
        public static let unexpectedValue = Code(kind: .unexpectedValue)
        /// The connection was lost during the commit: whether it took effect is unknown.
        public static let commitUnknown = Code(kind: .commitUnknown)
        /// A value that one of the engines can't keep: text with a NUL character, a number that is none.
        public static let unstorable = Code(kind: .unstorable)
        /// The schema can't be brought up to date.
        public static let migration = Code(kind: .migration)
        /// The work was given up, for example because its reader went away.
        public static let cancelled = Code(kind: .cancelled)
        /// Anything else.
        public static let other = Code(kind: .other)

        /// The case's name, for example `uniqueViolation`.
        public var description: String { kind.rawValue }
    }

    /// The kind of failure.
    public let code: Code
    /// The engine's words, without values.
    public let message: String
    /// Name of the statement, where one was running.
    public var statement: String?
    /// Name of the constraint, where the engine tells.
    public let constraint: String?

    /// A failure.
    public init(_ code: Code, message: String, statement: String? = nil, constraint: String? = nil) {
        self.code = code
        self.message = message
        self.statement = statement
        self.constraint = constraint
    }

    /// Whether the same work may succeed when it is tried again a little later.
    public var isTransient: Bool {
        [.serialization, .busy, .unavailable, .poolTimeout, .statementTimeout].contains(code)
    }

    /// `uniqueViolation in bags.insert: …`.
    public var description: String {
        "\(code)\(statement.map { " in \($0)" } ?? "")\(constraint.map { " (\($0))" } ?? ""): \(message)"
    }
}
