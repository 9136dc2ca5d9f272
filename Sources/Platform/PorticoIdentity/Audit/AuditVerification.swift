import PorticoJSON
import PorticoSQL

/// What checking the chain of the audit found.
public struct AuditVerification: JSONRepresentable, Hashable {
    /// Whether every chained row is as it was when it was chained, and none is missing.
    public let ok: Bool
    /// Rows there are.
    public let rows: Int
    /// Rows that are chained; the others were written a moment ago.
    public let chained: Int
    /// The first row that does not fit: changed, put in later, or following one that was removed. When rows at the end
    /// were removed, the last of them. Nil when all is well.
    public let firstBadSeq: Int64?

    init(rows: Int, chained: Int, firstBadSeq: Int64?) {
        ok = firstBadSeq == nil
        self.rows = rows
        self.chained = chained
        self.firstBadSeq = firstBadSeq
    }

    /// `AuditVerification`.
    public static var schemaName: String { "AuditVerification" }
    /// A chain that holds.
    public static var example: AuditVerification { AuditVerification(rows: 41, chained: 41, firstBadSeq: nil) }

    /// The four members.
    public func write(to object: inout JSONObjectWriter) {
        object.field("ok", ok, "Whether every chained row is as it was")
        object.field("rows", rows, "Rows there are")
        object.field("chained", chained, "Rows that are chained")
        object.field("first_bad_seq", firstBadSeq, "The first row that does not fit")
    }
}

extension AuditChain {
    /// Checks the whole chain on one snapshot, row by row in constant memory.
    public static func verify(_ database: Database) async throws -> AuditVerification {
        try await database.readAtLength { reading in
            let head = try reading.first(
                "audit.head", "SELECT last_seq, last_hash FROM audit_chain WHERE id = 1"
            ) { (seq: try Int64.read($0, 0), hash: try String.read($0, 1)) }
            var check = ChainCheck(lastSeq: head?.seq ?? 0, lastHash: head?.hash ?? origin)
            try reading.each(
                "audit.verify", "SELECT \(AuditItem.columns(actorName: "NULL")) FROM audit_rows r ORDER BY r.seq"
            ) { row in
                // A row that can't be read as one was changed; its place is enough to say so.
                if let item = try? AuditItem(row) { check.take(item) } else { check.takeUnreadable(try row[0]) }
            }
            return check.result
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

    var result: AuditVerification {
        let endsEarly = previousSeq != lastSeq || previous != lastHash
        return AuditVerification(rows: rows, chained: chained, firstBadSeq: firstBad ?? (endsEarly ? lastSeq : nil))
    }
}
