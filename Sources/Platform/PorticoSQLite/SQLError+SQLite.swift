import CSQLite
import PorticoSQL

extension SQLError {
    /// The failure that a handle reports. SQLite's messages name tables, columns and tokens, never bound values.
    init(sqlite handle: OpaquePointer?, status: Int32) {
        let extended = handle.map { sqlite3_extended_errcode($0) } ?? status
        let code = extended & 0xFF == status & 0xFF ? extended : status
        let message = handle.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) } ?? "error \(status)"
        self.init(SQLError.code(of: code), message: message, constraint: SQLError.constraint(in: message, code))
    }

    /// The kind of failure behind an extended result code (https://www.sqlite.org/rescode.html).
    static func code(of status: Int32) -> SQLError.Code {
        switch status {
        case 2067, 1555, 2579: .uniqueViolation  // UNIQUE, PRIMARYKEY, ROWID
        case 787: .foreignKeyViolation
        case 275: .checkViolation
        case 1299: .notNullViolation
        case 3091: .unexpectedValue  // DATATYPE
        case 517: .serialization  // BUSY_SNAPSHOT
        default: primaryCode(of: status & 0xFF)
        }
    }

    private static func primaryCode(of status: Int32) -> SQLError.Code {
        switch status {
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: .busy
        case SQLITE_CANTOPEN, SQLITE_PERM: .unavailable
        case SQLITE_FULL, SQLITE_IOERR: .diskFull
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
        case SQLITE_READONLY: .readOnly
        case SQLITE_INTERRUPT: .cancelled
        case SQLITE_ERROR: .syntax
        case SQLITE_MISMATCH, SQLITE_RANGE, SQLITE_TOOBIG: .unexpectedValue
        default: .other
        }
    }

    /// `bags.code` or `a.x, a.y` of a key, the name or text of a check: what stands behind the colon.
    private static func constraint(in message: String, _ status: Int32) -> String? {
        guard status & 0xFF == SQLITE_CONSTRAINT, let colon = message.firstIndex(of: ":") else { return nil }
        return String(message[message.index(after: colon)...].drop { $0 == " " })
    }
}
