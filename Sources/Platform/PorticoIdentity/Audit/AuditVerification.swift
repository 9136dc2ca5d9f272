import PorticoJSON
import PorticoSQL
import PorticoValues

/// What checking the chain of the audit found.
public struct AuditVerification: JSONRepresentable, Hashable {
    /// Whether every chained row is as it was when it was chained, none is missing, and every checkpoint holds.
    public let ok: Bool
    /// Rows there are.
    public let rows: Int
    /// Rows that are chained; the others were written a moment ago.
    public let chained: Int
    /// The first row that does not fit: changed, put in later, or following one that was removed. When rows at the end
    /// were removed, the last of them. Nil when all is well.
    public let firstBadSeq: Int64?
    /// Checkpoints with a right signature that the rows were compared with; nil when they were compared with none.
    public let checkpoints: Int?
    /// The first checkpoint that does not hold; nil when all do.
    public let firstBadCheckpoint: AuditCheckpointFault?

    init(
        rows: Int, chained: Int, firstBadSeq: Int64?, checkpoints: Int? = nil,
        firstBadCheckpoint: AuditCheckpointFault? = nil
    ) {
        ok = firstBadSeq == nil && firstBadCheckpoint == nil
        self.rows = rows
        self.chained = chained
        self.firstBadSeq = firstBadSeq
        self.checkpoints = checkpoints
        self.firstBadCheckpoint = firstBadCheckpoint
    }

    /// `AuditVerification`.
    public static var schemaName: String { "AuditVerification" }
    /// A chain that holds.
    public static var example: AuditVerification { AuditVerification(rows: 41, chained: 41, firstBadSeq: nil) }

    /// The six members.
    public func write(to object: inout JSONObjectWriter) {
        object.field("ok", ok, "Whether every chained row is as it was, and every checkpoint holds")
        object.field("rows", rows, "Rows there are")
        object.field("chained", chained, "Rows that are chained")
        object.field("first_bad_seq", firstBadSeq, "The first row that does not fit")
        object.field(
            "checkpoints", checkpoints, "Published checkpoints the rows were compared with; null when with none")
        object.field("first_bad_checkpoint", firstBadCheckpoint, "The first checkpoint that does not hold")
    }
}

extension AuditChain {
    /// Where the chain ends: the last row and its hash, or 0 and ``origin``.
    struct End: Sendable, Hashable {
        var seq: Int64
        var hash: String
    }

    /// How far the chain went when it was last extended.
    static func end(in session: some SQLSession) throws -> End {
        let end = try session.first("audit.head", "SELECT last_seq, last_hash FROM audit_chain WHERE id = 1") { row in
            End(seq: try row[0], hash: try row[1])
        }
        return end ?? End(seq: 0, hash: origin)
    }

    /// A checkpoint of the chain as it is now.
    /// - Throws: ``SQLError``.
    public static func checkpoint(
        of database: Database, signedBy keys: AuditCheckpointKeys, at now: Instant
    ) async throws -> AuditCheckpoint {
        keys.checkpoint(of: try await database.read { try end(in: $0) }, at: now)
    }

    /// Checks the whole chain on one snapshot, row by row.
    /// - Parameter list: checkpoints that the rows must agree with, read before this is called.
    /// - Throws: ``SQLError``.
    public static func verify(
        _ database: Database, against list: AuditCheckpointList? = nil
    ) async throws -> AuditVerification {
        try await database.readAtLength { reading in
            let head = try end(in: reading)
            var check = ChainCheck(lastSeq: head.seq, lastHash: head.hash)
            var comparison = list.map { CheckpointComparison($0) }
            try reading.each(
                "audit.verify", "SELECT \(AuditItem.columns(actorName: "NULL")) FROM audit_rows r ORDER BY r.seq"
            ) { row in
                // A row that can't be read as one was changed; its place is enough to say so.
                if let item = try? AuditItem(row) { check.take(item) } else { check.takeUnreadable(try row[0]) }
                comparison?.take(try row[0], hash: try row[12])
            }
            let (rows, chained, firstBad) = check.result
            return AuditVerification(
                rows: rows, chained: chained, firstBadSeq: firstBad, checkpoints: list?.count,
                firstBadCheckpoint: comparison?.firstFault)
        }
    }
}

/// Follows the chain from its beginning.
struct ChainCheck {
    private let lastSeq: Int64
    private let lastHash: String
    private var previous = AuditChain.origin
    private var previousSeq: Int64 = 0
    private var rows = 0
    private var chained = 0
    private var firstBad: Int64?

    /// - Parameters: how far the chain went when it was last extended.
    init(lastSeq: Int64, lastHash: String) {
        self.lastSeq = lastSeq
        self.lastHash = lastHash
    }

    mutating func take(_ row: AuditItem) {
        rows += 1
        let mustBeChained = row.seq <= lastSeq
        guard let hash = row.hash else {
            if mustBeChained || row.prevHash != nil { note(row.seq) }
            return
        }
        chained += 1
        if !mustBeChained || row.prevHash != previous || hash != row.chainHash(after: previous) { note(row.seq) }
        previous = hash
        previousSeq = row.seq
    }

    mutating func takeUnreadable(_ seq: Int64) {
        rows += 1
        note(seq)
    }

    private mutating func note(_ seq: Int64) {
        firstBad = firstBad ?? seq
    }

    var result: (rows: Int, chained: Int, firstBad: Int64?) {
        let endsEarly = previousSeq != lastSeq || previous != lastHash
        return (rows, chained, firstBad ?? (endsEarly ? lastSeq : nil))
    }
}
