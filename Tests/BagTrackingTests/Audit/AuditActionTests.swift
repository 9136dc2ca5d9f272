import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// R44: every action of the list leaves one row, about the thing it was done to, by whom and in which request.
@Suite("Actions of the audit (rule R44)")
struct AuditActionTests {
    /// The list of rule R44 and the return of who was deactivated, less `access.denied`, which ``DeniedAuditTests`` has.
    private static let actions: Set<String> = [
        "bag.moved", "bag.unlinked", "bag.emptied", "bag.retired", "bag.restored", "bag.held", "bag.released",
        "sscc.assigned", "sscc.released", "scan.undone", "bill.created", "bill.updated", "bill.parent_removed",
        "bill.completed", "bill.reopened", "bill.cancelled", "bill.dispatched", "bill.delivered", "gate.started",
        "gate.finding_resolved", "gate.abandoned", "return.created", "return.committed", "return.cancelled",
        "import.finished", "export.started", "label.printed", "summary.sent", "user.created", "user.updated",
        "user.deactivated", "user.reactivated", "area.created", "area.updated", "product_type.created",
        "product_type.updated",
        "webhook.created", "webhook.deleted",
    ]

    @Test("each is written once, with the thing and the request", arguments: TestEngine.available)
    func all(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            var office = Office(app: app, admin: try await app.client("admin"))
            try await office.correct()
            try await office.load()
            try await office.takeBack()
            try await office.handleFiles()
            try await office.manage()
            #expect(office.proven == AuditActionTests.actions)
        }
    }

    /// Does everything once, as an administrator, and compares the row that each act leaves.
    private struct Office {
        let app: AppHarness
        let admin: TestClient
        /// Actions whose row was as it must be.
        var proven: Set<String> = []

        private func path(_ end: String) -> String { "/bags/api/v1/\(end)" }

        @discardableResult
        private func post(_ end: String, _ body: JSONValue = .object([]), gives status: Int = 200) async -> TestAnswer {
            let answer = await admin.post(path(end), body)
            #expect(answer.status == status, "\(end): \(answer.text)")
            return answer
        }

        private func id(_ answer: TestAnswer) throws -> String { try #require(answer.json["id"]?.string) }

        /// The newest row of an action is about `entity` and of the request that was answered so.
        private mutating func expect(_ action: String, _ entity: String, _ answer: TestAnswer) async throws {
            let row = try await app.auditRows(action).last
            #expect(row?.entity == entity, "\(action): \(answer.status) \(answer.text.prefix(200))")
            #expect(row?.request == answer[header: "x-request-id"] && row?.actor != nil, "\(action)")
            if row?.entity == entity { proven.insert(action) }
        }

        private func scan(_ code: String, into sack: String) async throws -> String {
            let answer = await post("scans/child", ["parent": .string(sack), "code": .string(code)], gives: 201)
            return try #require(answer.json["scan"]?["id"]?.string)
        }

        // MARK: - Acts

        mutating func correct() async throws {
            for sack in ["SB00001", "SB00002"] {
                await post("scans/parent", ["code": .string(sack), "area_code": "lucknow"], gives: 201)
            }
            let first = try await scan("1234567", into: "SB00001")
            for bag in ["1234568", "1234569"] { _ = try await scan(bag, into: "SB00001") }
            let reason: JSONValue = ["reason": "wrong sack"]
            try await expect("scan.undone", "scan \(first)", await post("scans/\(first)/undo", reason))
            let move: JSONValue = ["to_parent": "SB00002", "reason": "wrong sack"]
            try await expect("bag.moved", "bag 1234568", await post("bags/1234568/move", move))
            try await expect("bag.unlinked", "bag 1234568", await post("bags/1234568/unlink", reason))
            try await expect("bag.emptied", "bag SB00001", await post("bags/SB00001/empty", reason))
            try await expect("bag.retired", "bag 1234568", await admin.delete(path("bags/1234568")))
            try await expect("bag.restored", "bag 1234568", await post("bags/1234568/restore"))
            try await expect("sscc.assigned", "sscc SB00001", await post("bags/SB00001/sscc", gives: 201))
            try await expect("sscc.released", "sscc SB00001", await admin.delete(path("bags/SB00001/sscc")))
            try await expect("bag.held", "bag SB00001", await admin.put(path("bags/SB00001/hold"), reason))
            try await expect("bag.released", "bag SB00001", await admin.delete(path("bags/SB00001/hold")))
        }

        mutating func load() async throws {
            _ = try await scan("1234570", into: "SB00002")
            let made = await post("bills", ["code": "LKO 1", "capacity": 2, "area_code": "lucknow"], gives: 201)
            let (bill, short) = (try id(made), ["short_reason": "Lorry full"] as JSONValue)
            try await expect("bill.created", "bill \(bill)", made)
            try await expect(
                "bill.updated", "bill \(bill)", await admin.patch(path("bills/\(bill)"), ["description": "First"]))
            await post("bills/\(bill)/parents", ["code": "SB00002"], gives: 201)
            try await expect(
                "bill.parent_removed", "bill \(bill)", await admin.delete(path("bills/\(bill)/parents/SB00002")))
            await post("bills/\(bill)/parents", ["code": "SB00002"], gives: 201)
            try await expect("bill.completed", "bill \(bill)", await post("bills/\(bill)/complete", short))
            try await expect(
                "bill.reopened", "bill \(bill)", await post("bills/\(bill)/reopen", ["reason": "One more"]))
            await post("bills/\(bill)/complete", short)
            try await check(bill)
            let lorry: JSONValue = ["vehicle_number": "UP32AB1234", "driver_name": "Ram Kumar"]
            try await expect("bill.dispatched", "bill \(bill)", await post("bills/\(bill)/dispatch", lorry))
            try await expect(
                "bill.delivered", "bill \(bill)", await post("bills/\(bill)/deliver", ["received_by": "R. Singh"]))
            let other = try id(
                await post("bills", ["code": "LKO 2", "capacity": 2, "area_code": "lucknow"], gives: 201))
            try await expect(
                "bill.cancelled", "bill \(other)", await post("bills/\(other)/cancel", ["reason": "No lorry"]))
        }

        private mutating func check(_ bill: String) async throws {
            let gate = "bills/\(bill)/gate-check"
            try await expect("gate.started", "gate \(bill)", await post(gate, gives: 201))
            try await expect(
                "gate.abandoned", "gate \(bill)", await post("\(gate)/abandon", ["reason": "Rain at the gate"]))
            await post(gate, gives: 201)
            await post("\(gate)/scans", ["code": "SB00001"], gives: 409)
            let shown = await admin.get(path("bills/\(bill)")).json["gate_check"]
            let finding = try #require(shown?["findings"]?[0]?["id"]?.string)
            try await expect(
                "gate.finding_resolved", "gate \(bill)",
                await post("\(gate)/findings/\(finding)/resolve", ["resolution": "unloaded"]))
            await post("\(gate)/scans", ["code": "SB00002"], gives: 201)
        }

        mutating func takeBack() async throws {
            let made = await post("returns", ["area_code": "lucknow", "location": "Depot gate"], gives: 201)
            let ticket = try id(made)
            try await expect("return.created", "return \(ticket)", made)
            await post("returns/\(ticket)/scans", ["code": "SB00002"], gives: 201)
            try await expect("return.committed", "return \(ticket)", await post("returns/\(ticket)/commit"))
            let other = try id(await post("returns", ["area_code": "indore", "location": "Depot 2"], gives: 201))
            try await expect("return.cancelled", "return \(other)", await post("returns/\(other)/cancel"))
        }

        mutating func handleFiles() async throws {
            let hall = try await ImportHall(app)
            let sent = await hall.send(
                Array("5000001\nSB62001".utf8), ["kind": "packing", "area_code": "lucknow"], as: admin)
            try await hall.work()
            try await expect("import.finished", "import \(try id(sent))", sent)
            try await expect("export.started", "export bags.csv", await admin.get(path("exports/bags.csv")))
            try await expect(
                "label.printed", "label SB00001",
                await post("labels/sheet", ["layout": "a4-24", "codes": ["SB00001", "SB00002"]]))
            await post("summaries/daily/send", ["date": "2026-11-20"], gives: 202)
            try await hall.work()
            // Of a job, which is no request.
            let row = try await app.auditRows("summary.sent").last
            #expect(row?.entity == "summary 2026-11-20" && row?.actor != nil && row?.request == nil)
            if row != nil { proven.insert("summary.sent") }
        }

        mutating func manage() async throws {
            let person: JSONValue = [
                "email": "new@bags.demo", "name": "New", "role": "biller", "password": "Correct-horse-9",
            ]
            let made = await post("users", person, gives: 201)
            let user = try id(made)
            try await expect("user.created", "user \(user)", made)
            try await expect(
                "user.updated", "user \(user)", await admin.patch(path("users/\(user)"), ["name": "Other"]))
            try await expect("user.deactivated", "user \(user)", await admin.delete(path("users/\(user)")))
            try await expect("user.reactivated", "user \(user)", await post("users/\(user)/reactivate"))
            try await expect(
                "area.created", "area delhi", await post("areas", ["code": "delhi", "name": "Delhi"], gives: 201))
            try await expect(
                "area.updated", "area delhi", await admin.patch(path("areas/delhi"), ["name": "New Delhi"]))
            let wheat: JSONValue = [
                "code": "wheat", "name": "Wheat", "prefix": "WH", "digits": 6, "capacity": 20,
                "unit_weight_grams": 2000,
            ]
            try await expect(
                "product_type.created", "product_type wheat", await post("product-types", wheat, gives: 201))
            try await expect(
                "product_type.updated", "product_type wheat",
                await admin.patch(path("product-types/wheat"), ["name": "Winter wheat"]))
            let display: JSONValue = [
                "name": "Display", "url": "https://display.example.org/hook", "events": ["bill.dispatched"],
            ]
            let hook = await post("webhooks", display, gives: 201)
            try await expect("webhook.created", "webhook \(try id(hook))", hook)
            try await expect(
                "webhook.deleted", "webhook \(try id(hook))", await admin.delete(path("webhooks/\(try id(hook))")))
        }
    }
}
