import PorticoSQL

/// The chain of hashes over the audit, by which a row that was changed or removed later shows.
///
/// Rows are written without a hash, so that writers never wait for each other, and are chained in the order of `seq` a
/// moment later by one process at a time: it holds the row of `audit_chain`, which also tells how far the chain goes,
/// so that rows cut off at its end show as well.
///
/// On PostgreSQL rows become visible in another order than their `seq`. A row may only be chained when none with a
/// lower `seq` can appear any more. Every transaction has its id before it takes a `seq` (see ``IdentitySchema``). So
/// the newest visible `seq` is read first and remembered with a transaction id taken after it: whoever took a lower
/// `seq` has a lower id. As soon as all transactions with lower ids have ended, everything up to that `seq` is there. A
/// long transaction, in whatever database of the server, thus holds the chain back until it ends.
public enum AuditChain {
    /// What stands in the place of the hash before the first row.
    public static let origin = String(repeating: "0", count: 64)

    /// Chains rows that wait, the oldest first.
    /// - Parameter limit: rows at the most.
    /// - Returns: how many rows were chained; 0 also when another process is at it or a transaction is in the way.
    public static func extend(_ database: Database, limit: Int = 500) async throws -> Int {
        try await advance(database, limit: limit).chained
    }

    /// What one step did: how many rows it chained, and whether rows wait that it was not allowed to.
    struct Progress: Hashable {
        var chained: Int
        var isHeldBack: Bool
    }

    static func advance(_ database: Database, limit: Int) async throws -> Progress {
        let newest = try await database.read { reading in
            try reading.scalar(
                "audit.newest_waiting",
                "SELECT max(seq) FROM audit_rows WHERE seq > (SELECT last_seq FROM audit_chain WHERE id = 1)",
                as: Int64?.self)
        }
        guard let newest = newest ?? nil else { return Progress(chained: 0, isHeldBack: false) }
        let chained = try await database.write { try extend($0, upTo: newest, limit: limit) }
        return Progress(chained: chained, isHeldBack: chained == 0)
    }

    struct Head {
        var lastSeq: Int64
        var lastHash: String
        var readySeq: Int64
        var readyXID: Int64
    }

    private static func extend(_ transaction: Transaction, upTo newest: Int64, limit: Int) throws -> Int {
        guard var head = try lockedHead(transaction) else { return 0 }
        let ownID = try ownID(transaction)
        // A mark from the future is one of another server: numbers begin anew where a dump is restored.
        if head.readySeq <= head.lastSeq || head.readyXID > ownID {
            head.readySeq = newest
            head.readyXID = ownID
        }
        let isSettled = try isSettled(head, transaction)
        let rows = isSettled ? try waiting(after: head, limit, transaction) : []
        for row in rows {
            let hash = row.chainHash(after: head.lastHash)
            try transaction.executeLater(
                "audit.chain",
                "UPDATE audit_rows SET prev_hash = \(head.lastHash), hash = \(hash) WHERE seq = \(row.seq)")
            head.lastSeq = row.seq
            head.lastHash = hash
        }
        // Rows that were rolled back leave gaps; the mark must not wait for a seq that never comes.
        if isSettled && rows.count < limit { head.readySeq = head.lastSeq }
        try transaction.executeLater(
            "audit.move_head",
            """
            UPDATE audit_chain SET last_seq = \(head.lastSeq), last_hash = \(head.lastHash),
                ready_seq = \(head.readySeq), ready_xid = \(head.readyXID)
            WHERE id = 1
            """)
        return rows.count
    }

    private static func waiting(after head: Head, _ limit: Int, _ transaction: Transaction) throws -> [AuditItem] {
        try transaction.all(
            "audit.waiting",
            """
            SELECT \(AuditItem.columns(actorName: "NULL")) FROM audit_rows r
            WHERE r.seq > \(head.lastSeq) AND r.seq <= \(head.readySeq) ORDER BY r.seq LIMIT \(limit)
            """
        ) { try AuditItem($0) }
    }

    /// The end of the chain, held until the transaction ends; nil while another process holds it.
    private static func lockedHead(_ transaction: Transaction) throws -> Head? {
        let lock: SQL = transaction.dialect == .postgresql ? " FOR UPDATE SKIP LOCKED" : ""
        return try transaction.first(
            "audit.lock_head",
            "SELECT last_seq, last_hash, ready_seq, ready_xid FROM audit_chain WHERE id = 1\(lock)"
        ) { Head(lastSeq: try $0[0], lastHash: try $0[1], readySeq: try $0[2], readyXID: try $0[3]) }
    }

    private static func ownID(_ transaction: Transaction) throws -> Int64 {
        guard transaction.dialect == .postgresql else { return 0 }
        return try transaction.scalar(
            "audit.own_id", "SELECT pg_current_xact_id()::text::bigint", as: Int64.self) ?? 0
    }

    /// Whether every transaction that may still bring a row up to the mark has ended. SQLite has one writer: always.
    private static func isSettled(_ head: Head, _ transaction: Transaction) throws -> Bool {
        guard transaction.dialect == .postgresql else { return true }
        let oldest = try transaction.scalar(
            "audit.oldest_id", "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint", as: Int64.self)
        return (oldest ?? 0) >= head.readyXID
    }
}
