import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Bills from their opening to their delivery (rules R22–R26).
@Suite struct BillStoreTests {
    @Test("R22 a code is taken whatever its case, and shown as typed", arguments: TestEngine.available)
    func codes(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let id = try await hall.openBill("  Lko   2025/1 ")
            #expect(try await hall.billRow(id)?.code == "Lko 2025/1")
            let taken = try await refusal { try await hall.openBill("LKO 2025/1") }
            #expect(taken?.code == "bill_code_taken")
            let unknown = try await problem { try await hall.openBill("LKO 3", area: "atlantis") }
            #expect(unknown?.field == "area_code")
        }
    }

    private func problem(_ body: () async throws -> Void) async throws -> FieldProblem? {
        do {
            try await body()
            return nil
        } catch let problem as FieldProblem {
            return problem
        }
    }

    @Test("R24 goes its way with audit, time line, events and counters", arguments: TestEngine.available)
    func wholeWay(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.dispatchedBill()
            let delivered = try await hall.services.bills.deliver(
                bill, receivedBy: "R. K. Singh", note: "Two wet sacks", by: hall.caller(.biller))
            #expect(delivered.bill.state == .delivered && delivered.bill.receivedBy == "R. K. Singh")
            #expect(delivered.bill.dispatched?.linkedCount == 3 && delivered.bill.dispatched?.weightGrams == 6000)
            #expect(delivered.check?.state == .passed && delivered.check?.progress.missingCount == 0)
            #expect(
                try await hall.auditActions().filter { !$0.hasPrefix("scan") } == [
                    "bill.created", "bill.completed", "gate.started", "bill.dispatched", "bill.delivered",
                ])
            let steps = try await hall.database.read { try BillReader($0).timeline(of: bill) }
            #expect(steps.map(\.deed) == [.delivered, .dispatched, .gateStarted, .completed, .created])
            #expect(steps.first?.reason == "Two wet sacks" && steps.first?.userName == "biller")
            let kinds = try await hall.eventKinds().filter { $0.hasPrefix("bill.") && $0 != "bill.changed" }
            #expect(kinds == ["bill.created", "bill.completed", "bill.dispatched", "bill.delivered"])
            #expect(try await hall.counter(.bills("delivered"), in: "lucknow") == 1)
            #expect(try await hall.counter(.bills("open"), in: "lucknow") == 0)
            let entry = try #require(try await hall.audited("bill.dispatched"))
            #expect(entry.before["state"] == "loading" && entry.after["state"] == "dispatched")
            #expect(entry.after["vehicle_number"] == "UP32AB1234" && entry.after["capacity"] == nil)
            try await hall.expectTotalsAreRight()
        }
    }

    @Test("R41 tells custody that the sacks left and arrived", arguments: TestEngine.available)
    func custody(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.dispatchedBill()
            _ = try await hall.services.bills.deliver(bill, receivedBy: "Singh", note: nil, by: hall.caller(.biller))
            let rows = try await hall.database.read { reading in
                try reading.all(
                    "test.custody",
                    """
                    SELECT fact, action, biz_step, disposition, source, parent_bag_id,
                        (SELECT count(*) FROM custody_event_bags x WHERE x.event_id = e.id)
                    FROM custody_events e WHERE bill_id = \(bill) ORDER BY id
                    """
                ) { row in
                    try [row[0], row[1], row[2], row[3], row[4]] as [String] + [String(row[6] as Int64)]
                }
            }
            #expect(
                rows == [
                    ["dispatched", "OBSERVE", "shipping", "in_transit", "gate", "3"],
                    ["delivered", "OBSERVE", "receiving", "in_progress", "gate", "3"],
                ])
            let retired = try await refusal {
                try await hall.services.retirement.retire("SB20001", cascades: true, by: hall.caller(.biller))
            }
            #expect(retired?.code == "bag_billed")
        }
    }

    @Test("R24 completes short with a reason and opens again without it", arguments: TestEngine.available)
    func reopening(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.openBill(capacity: 2)
            let by = hall.caller(.biller)
            let empty = try await refusal { _ = try await hall.services.bills.complete(bill, shortReason: nil, by: by) }
            #expect(empty?.code == "bill_empty")
            try await hall.packed("SB00001")
            try await hall.addToBill("SB00001", bill)
            let short = try await refusal { _ = try await hall.services.bills.complete(bill, shortReason: " ", by: by) }
            #expect(short?.code == "below_capacity")
            let done = try await hall.services.bills.complete(bill, shortReason: "Lorry full", by: by)
            #expect(done.bill.shortReason == "Lorry full" && done.bill.completedAt != nil)
            let twice = try await refusal { _ = try await hall.services.bills.complete(bill, shortReason: nil, by: by) }
            #expect(twice?.code == "invalid_state" && twice?.state == "completed")
            let open = try await hall.services.bills.reopen(bill, reason: "One more", by: by)
            #expect(open.bill.state == .open && open.bill.shortReason == nil && open.bill.completedAt == nil)
            #expect(try await hall.audited("bill.reopened")?.after["reason"] == "One more")
        }
    }

    @Test("R24 cancelling frees the sacks", arguments: TestEngine.available)
    func cancelling(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.completedBill()
            let cancelled = try await hall.services.bills.cancel(bill, reason: "No lorry", by: hall.caller(.admin))
            #expect(cancelled.bill.state == .cancelled && cancelled.bill.totals == BillTotals())
            #expect(try await hall.bag("SB20001")?.billID == nil)
            let other = try await hall.openBill("LKO 2")
            #expect(try await hall.addToBill("SB20001", other).status == 201)
            let twice = try await refusal {
                _ = try await hall.services.bills.cancel(bill, reason: "No lorry", by: hall.caller(.admin))
            }
            #expect(twice?.code == "invalid_state")
            try await hall.expectTotalsAreRight()
        }
    }

    @Test("R23 changes the header of an open bill, and raises its version", arguments: TestEngine.available)
    func changing(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.openBill(capacity: 2)
            let change = BillChange(capacity: 5, consignee: " Kisan Seva Kendra ", destination: "")
            let answer = try await hall.services.bills.change(bill, change, by: hall.caller(.biller))
            #expect(answer.bill.header == BillHeader(capacity: 5, consignee: "Kisan Seva Kendra"))
            #expect(answer.bill.version == 2)
            let same = try await hall.services.bills.change(bill, change, by: hall.caller(.biller))
            #expect(same.bill.version == 2)
            #expect(try await hall.auditActions().filter { $0 == "bill.updated" }.count == 1)
            #expect(try await hall.audited("bill.updated")?.before["capacity"] == 2)
        }
    }

    @Test("R45 a biller with open or completed bills keeps the role", arguments: TestEngine.available)
    func ownBills(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            _ = try await hall.completedBill()
            try await hall.openBill("LKO 2")
            let people = PeopleStore(services: hall.services, accounts: ReadingDesk.accounts(hall))
            let refused = try await refusal {
                _ = try await people.change(
                    id: PackingHall.Person.biller.rawValue, BagUserChange(role: .admin), by: hall.caller(.admin))
            }
            #expect(refused?.code == "has_open_bills" && refused?.numbers["count"] == 2)
        }
    }

    @Test("R28 erases the driver's phone 180 days after the delivery", arguments: TestEngine.available)
    func phones(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.dispatchedBill()
            hall.clock.advance(by: .days(100))
            _ = try await hall.services.bills.deliver(bill, receivedBy: "Singh", note: nil, by: hall.caller(.biller))
            let phones = DriverPhones(services: hall.services)
            let end = hall.clock.now() + .days(180)
            #expect(try await phones.erase(at: end) == 0)
            #expect(try await hall.billRow(bill)?.driverPhone == "+919812345678")
            #expect(try await phones.erase(at: end + .seconds(1)) == 1)
            let row = try await hall.billRow(bill)
            #expect(row?.driverPhone == nil && row?.driverName == "Ram Kumar")
        }
    }

    @Test(
        "R28 erases the phone 180 days after the lorry left where nobody recorded that it arrived",
        arguments: TestEngine.available)
    func phonesOfLorriesThatNeverArrived(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.dispatchedBill()
            let phones = DriverPhones(services: hall.services)
            let end = hall.clock.now() + .days(180)
            #expect(try await phones.erase(at: end) == 0)
            #expect(try await phones.erase(at: end + .seconds(1)) == 1)
            let row = try await hall.billRow(bill)
            #expect(row?.driverPhone == nil && row?.state == .dispatched)
        }
    }

    @Test(
        "R28 erases the phone of a bill that never left 180 days after it was opened, whatever became of it",
        arguments: TestEngine.available)
    func phonesOfOtherBills(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bills = [try await hall.openBill("LKO 1"), try await hall.openBill("LKO 2")]
            let opened = hall.clock.now()
            try await hall.database.write { transaction in
                for (bill, state) in zip(bills, ["cancelled", "open"]) {
                    try transaction.execute(
                        "test.phone",
                        "UPDATE bills SET state = \(state), driver_phone = '+919812345678' WHERE id = \(bill)")
                }
            }
            let phones = DriverPhones(services: hall.services)
            #expect(try await phones.erase(at: opened + .days(180)) == 0)
            #expect(try await phones.erase(at: opened + .days(181)) == 2)
            #expect(try await hall.number("SELECT count(*) FROM bills WHERE driver_phone IS NOT NULL") == 0)
        }
    }

    @Test("R28 R44 the audit says how many phones were erased, and none of them", arguments: TestEngine.available)
    func phonesInTheAudit(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            _ = try await hall.dispatchedBill()
            let phones = DriverPhones(services: hall.services)
            try await phones.erase(at: hall.clock.now() + .days(180))
            #expect(try await !hall.auditActions().contains("retention.applied"))
            for _ in 0..<2 { try await phones.erase(at: hall.clock.now() + .days(181)) }
            #expect(try await hall.auditActions().filter { $0 == "retention.applied" }.count == 1)
            #expect(try await hall.audited("retention.applied")?.after == ["rows": 1])
            let rows = try await hall.number(
                """
                SELECT count(*) FROM audit_rows WHERE action = 'retention.applied' AND actor_id IS NULL
                    AND entity_id = \(DriverPhones.rule)
                """)
            #expect(rows == 1)
            let telling: SQL = "before LIKE '%9812345678%' OR after LIKE '%9812345678%'"
            #expect(try await hall.number("SELECT count(*) FROM audit_rows WHERE \(telling)") == 0)
        }
    }
}
