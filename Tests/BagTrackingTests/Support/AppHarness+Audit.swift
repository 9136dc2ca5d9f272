import Portico
import Testing

/// A row of the audit.
struct AuditRow: Sendable, Hashable {
    let action: String
    /// Kind and id of the thing.
    let entity: String
    let actor: Int64?
    let request: String?
}

extension AppHarness {
    /// Rows of the audit, oldest first.
    /// - Parameter action: only those of one action; all where nil.
    func auditRows(_ action: String? = nil) async throws -> [AuditRow] {
        let rows = try await database.read { reading in
            try reading.all(
                "test.audit_rows",
                "SELECT action, entity_type, entity_id, actor_id, request_id FROM audit_rows ORDER BY seq"
            ) { row in
                let (type, id): (String, String?) = (try row[1], try row[2])
                return AuditRow(
                    action: try row[0], entity: "\(type) \(id ?? "")", actor: try row[3], request: try row[4])
            }
        }
        return rows.filter { action == nil || $0.action == action }
    }

    /// Writes what the application has noted of refusals, as the last thing its worker does.
    func writeDenied() async throws {
        let worker = try #require(workers.first { $0.name == "denied_journal" })
        let task = Task { await worker.run() }
        task.cancel()
        await task.value
    }
}
