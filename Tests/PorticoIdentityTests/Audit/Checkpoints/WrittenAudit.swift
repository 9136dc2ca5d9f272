import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

/// An audit with some rows, and what somebody does to it who may write to the database and knows how hashes are made.
struct WrittenAudit: Sendable {
    let database: Database
    let keys = AuditCheckpointKeys(application: "bags", keys: Office.keys())

    /// Writes a row and chains it. On PostgreSQL the transactions of other tests on the same server may be in the way
    /// for a while.
    func grow(_ rows: Int = 1) async throws {
        for number in 0..<rows {
            let entry = AuditEntry(
                "area.created", entity: "A\(number)", after: .object([("name", "Lucknow")]), at: Office.started)
            try await database.write { try $0.audit(entry) }
        }
        var chained = 0
        for _ in 0..<10_000 where chained < rows { chained += try await AuditChain.extend(database) }
        #expect(chained == rows)
    }

    /// A line of the chain as it is now.
    func checkpoint(by keys: AuditCheckpointKeys? = nil, at instant: Instant = Office.started) async throws -> String {
        try await AuditChain.checkpoint(of: database, signedBy: keys ?? self.keys, at: instant).line
    }

    /// Whether the chain holds by itself.
    func holdsByItself() async throws -> Bool {
        try await AuditChain.verify(database).ok
    }

    /// What is found when the chain is compared with the lines of a file.
    func verify(_ lines: [String], by keys: AuditCheckpointKeys? = nil) async throws -> AuditVerification {
        let list = AuditCheckpointList(Array(lines.joined(separator: "\n").utf8), of: keys ?? self.keys)
        return try await AuditChain.verify(database, against: list)
    }

    /// Changes a row and computes every hash anew, so that nothing in the database tells of it.
    func rewrite(_ seq: Int64) async throws {
        try await database.write { transaction in
            let changed = try transaction.execute(
                "test.change", "UPDATE audit_rows SET entity_id = 'forged' WHERE seq = \(seq)")
            #expect(changed == 1)
            try WrittenAudit.rehash(in: transaction)
        }
    }

    /// Removes what comes after a row, and says that the chain never went further.
    func cut(after seq: Int64) async throws {
        try await database.write { transaction in
            let removed = try transaction.execute("test.cut", "DELETE FROM audit_rows WHERE seq > \(seq)")
            #expect(removed > 0)
            try WrittenAudit.rehash(in: transaction)
        }
    }

    private static func rehash(in transaction: Transaction) throws {
        let rows = try transaction.all(
            "test.rows", "SELECT \(AuditItem.columns(actorName: "NULL")) FROM audit_rows r ORDER BY r.seq"
        ) { try AuditItem($0) }
        var previous = AuditChain.origin
        for row in rows {
            let hash = row.chainHash(after: previous)
            try transaction.execute(
                "test.rehash",
                "UPDATE audit_rows SET prev_hash = \(previous), hash = \(hash) WHERE seq = \(row.seq)")
            previous = hash
        }
        try transaction.execute(
            "test.head",
            "UPDATE audit_chain SET last_seq = \(rows.last?.seq ?? 0), last_hash = \(previous) WHERE id = 1")
    }
}

/// Gives an audit with so many chained rows to `body`.
func withWrittenAudit(
    on engine: TestEngine, rows: Int = 0, _ body: (WrittenAudit) async throws -> Void
) async throws {
    try await withDatabase(on: engine, components: [IdentitySchema.component]) { database in
        let audit = WrittenAudit(database: database)
        if rows > 0 { try await audit.grow(rows) }
        try await body(audit)
    }
}

/// A checkpoint's line with one member changed, or taken out.
func changed(_ line: String, _ member: String, to value: JSONValue?) throws -> String {
    var object = try JSONValue(parsing: Array(line.utf8))
    object[member] = value
    return String(decoding: object.bytes, as: UTF8.self)
}
