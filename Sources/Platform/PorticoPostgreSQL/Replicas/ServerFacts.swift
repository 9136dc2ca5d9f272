import PorticoSQL

/// What a server tells of itself.
struct ServerFacts: Sendable {
    /// Where the server will write next. Behind every commit that anybody has seen, also where commits are not waited for.
    /// Taken as the server writes it: every commit asks, and arithmetic is cheaper here.
    static let nextWrite: SQL = "SELECT pg_current_wal_insert_lsn()"

    let ask: @Sendable (SQL) async throws -> any RowSet

    /// Where a copy must have come to have all that was committed before the call.
    /// - Throws: ``SQLError``.
    func presentPosition() async throws -> LogPosition {
        guard let position = try ServerFacts.position(in: try await ask(ServerFacts.nextWrite)) else {
            throw SQLError(.other, message: "the server does not say where it stands")
        }
        return position
    }

    /// The answer to ``nextWrite``.
    static func position(in rows: any RowSet) throws -> LogPosition? {
        var position: LogPosition?
        try rows.forEach(limit: 1) { position = LogPosition(nextWriteAt: try $0[0] as String) }
        return position
    }

    /// The number that a cluster was given when it was made, and that its copies share.
    /// - Throws: ``SQLError``.
    func clusterNumber() async throws -> Int64 {
        try await number("SELECT system_identifier FROM pg_control_system()")
    }

    private func number(_ sql: SQL) async throws -> Int64 {
        var number: Int64?
        try await ask(sql).forEach(limit: 1) { number = try $0[0] }
        guard let number else { throw SQLError(.other, message: "the server does not say where it stands") }
        return number
    }
}
