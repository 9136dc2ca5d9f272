import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct AuditLogTests {
    private func withRows(on engine: TestEngine, _ body: (Office) async throws -> Void) async throws {
        try await withOffice(on: engine) { office in
            let asha = try await office.hire()
            try await office.database.write { transaction in
                for number in 1...6 {
                    var entry = AuditEntry(
                        number.isMultiple(of: 2) ? "area.updated" : "bill.created", entity: "E\(number % 3)",
                        after: .object([("n", .integer(Int64(number)))]), at: Office.started + .minutes(Int64(number)))
                    if number > 3 { entry.actorID = asha.id }
                    try transaction.audit(entry)
                }
            }
            try await body(office)
        }
    }

    private func seqs(_ query: AuditQuery, _ office: Office) async throws -> [Int64] {
        try await AuditLog.page(query, cursors: office.identity.cursors, in: office.database).items.map(\.seq)
    }

    @Test("lists the newest first, with the actor's name", arguments: TestEngine.available)
    func list(engine: TestEngine) async throws {
        try await withRows(on: engine) { office in
            var chained = 0
            for _ in 0..<10_000 where chained < 6 { chained += try await AuditChain.extend(office.database) }
            let page = try await AuditLog.page(AuditQuery(), cursors: office.identity.cursors, in: office.database)
            #expect(page.items.map(\.seq) == [6, 5, 4, 3, 2, 1])
            #expect(page.items.map(\.actorName) == ["Asha Rao", "Asha Rao", "Asha Rao", nil, nil, nil])
            #expect(page.items.allSatisfy { $0.hash?.count == 64 })
            #expect(page.nextCursor == nil)
        }
    }

    @Test("filters by each member", arguments: TestEngine.available)
    func filters(engine: TestEngine) async throws {
        try await withRows(on: engine) { office in
            var query = AuditQuery()
            query.entityType = "area"
            #expect(try await seqs(query, office) == [6, 4, 2])
            query.entityID = "E0"
            #expect(try await seqs(query, office) == [6])
            query = AuditQuery()
            query.action = "bill.created"
            #expect(try await seqs(query, office) == [5, 3, 1])
            query = AuditQuery()
            query.actorID = try await seqs(query, office).isEmpty ? nil : 1
            #expect(try await seqs(query, office) == [6, 5, 4])
            query = AuditQuery()
            query.from = Office.started + .minutes(2)
            query.to = Office.started + .minutes(4)
            #expect(try await seqs(query, office) == [3, 2])
        }
    }

    @Test("goes from page to page, stable while rows are added", arguments: TestEngine.available)
    func pages(engine: TestEngine) async throws {
        try await withRows(on: engine) { office in
            let cursors = office.identity.cursors
            let first = try await AuditLog.page(
                AuditQuery(page: PageRequest(limit: 4)), cursors: cursors, in: office.database)
            try await office.database.write {
                try $0.audit(AuditEntry("area.created", entity: "N", at: Office.started))
            }
            let rest = try await AuditLog.page(
                AuditQuery(page: PageRequest(limit: 4, cursor: first.nextCursor)), cursors: cursors, in: office.database
            )
            #expect(first.items.map(\.seq) == [6, 5, 4, 3])
            #expect(rest.items.map(\.seq) == [2, 1])
        }
    }

    @Test("refuses a cursor that was changed or belongs to other filters", arguments: TestEngine.available)
    func cursors(engine: TestEngine) async throws {
        try await withRows(on: engine) { office in
            let first = try await AuditLog.page(
                AuditQuery(page: PageRequest(limit: 2)), cursors: office.identity.cursors, in: office.database)
            var query = AuditQuery(page: PageRequest(limit: 2, cursor: first.nextCursor))
            query.action = "bill.created"
            let other = query
            #expect(try await problem { _ = try await seqs(other, office) }?.code == "invalid_cursor")
            let forged = AuditQuery(page: PageRequest(limit: 2, cursor: "NjY"))
            #expect(try await problem { _ = try await seqs(forged, office) }?.status == 422)
        }
    }

    @Test("shows ids as text, positions as numbers and changes as they are")
    func json() throws {
        let shown = try JSONValue(parsing: JSONWriter.encode(AuditItem.example))
        #expect(shown["seq"] == 41)
        #expect(shown["actor_id"] == "3")
        #expect(shown["at"]?.string?.hasSuffix("Z") == true)
        #expect(shown["before"] == .object([("name", "Lucknow")]))
        #expect(shown.members?.count == 13)
    }
}
