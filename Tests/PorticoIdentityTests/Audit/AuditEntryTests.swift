import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct AuditEntryTests {
    private func changes(_ before: JSONValue, _ after: JSONValue) -> (before: JSONValue, after: JSONValue) {
        AuditEntry("user.updated", entity: "7", before: before, after: after, at: Office.started).changes
    }

    @Test("keeps only the members that differ")
    func difference() {
        let kept = changes(
            .object([("name", "Asha"), ("role", "packer"), ("gone", 1)]),
            .object([("name", "Asha"), ("role", "admin"), ("new", 2)]))
        #expect(kept.before == .object([("role", "packer"), ("gone", 1)]))
        #expect(kept.after == .object([("role", "admin"), ("new", 2)]))
    }

    @Test("keeps everything of what is new or gone")
    func whole() {
        #expect(changes(.null, .object([("name", "Asha")])).after == .object([("name", "Asha")]))
        #expect(changes(.object([("name", "Asha")]), .null).before == .object([("name", "Asha")]))
    }

    @Test("leaves secrets out wherever they stand, and codes of things in")
    func secrets() {
        let kept = changes(
            .null,
            .object([
                ("password", "x"), ("password_hash", "x"), ("accessToken", "x"), ("api_key", "x"), ("otp", "x"),
                ("code", "LKO"), ("hook", .object([("secret", "x"), ("url", "u")])),
                ("list", [.object([("token", "x")])]),
            ]))
        let expected: JSONValue = .object([
            ("code", "LKO"), ("hook", .object([("url", "u")])), ("list", [.object([])]),
        ])
        #expect(kept.after == expected)
    }

    @Test("takes the kind of thing from the action")
    func entityType() {
        #expect(AuditEntry("bill.parent_removed", entity: "1", at: Office.started).entityType == "bill")
    }

    @Test("is written with the transaction, or not at all", arguments: TestEngine.available)
    func transactional(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let entry = AuditEntry(
                "area.created", entity: "LKO", after: .object([("name", "Lucknow")]), at: Office.started)
            await #expect(throws: Missing.self) {
                try await office.database.write { transaction in
                    try transaction.audit(entry)
                    throw Missing()
                }
            }
            #expect(try await office.count("audit_rows") == 0)
            try await office.database.write { try $0.audit(entry) }
            #expect(try await office.count("audit_rows") == 1)
        }
    }
}
