import CLibPQ
import PorticoSQL

/// What a transaction is told before its first statement where a pooler lends a connection of the server for one
/// transaction at a time: nothing that was said before it is known to the next one.
enum Preface {
    /// The setting that makes all transactions of a connection read-only.
    static let readOnly = "default_transaction_read_only"

    /// One statement that makes settings for the transaction it runs in. `settings` are this program's own words.
    static func statement(_ settings: [(name: String, value: String)]) -> SQL {
        let calls = settings.map { setting in
            // The default is of use to the next transaction only, and this one has begun.
            let name = setting.name == readOnly ? "transaction_read_only" : setting.name
            return "set_config('\(name)', '\(setting.value)', true)"
        }
        return SQL(trusted: "SELECT \(calls.joined(separator: ", "))")
    }
}

extension Link {
    /// Whether the other side refused the connection because of its start-up options, as PgBouncer does.
    var isRefusedForOptions: Bool {
        PQstatus(handle) != CONNECTION_OK
            && SQLError.firstLine(PQerrorMessage(handle)).contains("unsupported startup parameter")
    }

    /// Whether a pooler stands in between: it gives its clients numbers of its own to cancel by, so the process that
    /// answers is another than the one that was named at the start.
    /// - Throws: ``SQLError`` `.unavailable`.
    func isLent() throws -> Bool {
        guard let pointer = PQexec(handle, "SELECT pg_backend_pid()") else { throw SQLError.lost }
        let result = ResultSet(pointer)
        guard result.status == PGRES_TUPLES_OK, let text = PQgetvalue(pointer, 0, 0) else { throw SQLError(result) }
        return String(cString: text) != "\(PQbackendPID(handle))"
    }
}
