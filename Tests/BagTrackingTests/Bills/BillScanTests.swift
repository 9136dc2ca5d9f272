import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Putting sacks on bills and taking them off (rules R18, R25, R26).
@Suite struct BillScanTests {
    @Test("R25 R26 puts a sack on a bill and answers with the bill's totals", arguments: TestEngine.available)
    func adds(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.openBill()
            try await hall.packed("SB00001", bags: 3)
            let result = try await hall.addToBill("sb00001", bill)
            #expect(result.status == 201 && result.kind == .bill && result.outcome == .added)
            let json = result.json
            #expect(json["scan"]?["code"] == "SB00001" && json["scan"]?["parent_code"] == .null)
            #expect(json["child"] == .null && json["parent"]?["child_count"] == 3)
            #expect(json["bill"]?["linked_count"] == 1 && json["bill"]?["child_count"] == 3)
            #expect(json["bill"]?["actual_weight_grams"] == 3000 && json["bill"]?["variance_grams"] == -27_000)
            let again = try await hall.addToBill("SB00001", bill)
            #expect(again.status == 200 && again.json["duplicate"] == true && again.outcome == .duplicate)
            #expect(try await hall.counter(.scans(.added), in: "lucknow") == 1)
            #expect(try await hall.counter(.scans(.duplicate), in: "lucknow") == 1)
            #expect(try await hall.counter(.bills("open"), in: "lucknow") == 1)
            try await hall.expectTotalsAreRight()
        }
    }

    @Test("R25 checks in its order", arguments: TestEngine.available)
    func order(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.openBill(capacity: 1)
            let other = try await hall.openBill("LKO 2")
            try await hall.packed("SB00001")
            try await hall.packed("SB00002")
            try await hall.packed("SB00003")
            try await hall.scanParent("SB00004")
            try await hall.scanParent("SB00005")
            try await hall.fill("M444-00001", with: 1, from: 9_000_001, by: .jaipur)
            try await hall.addToBill("SB00001", other)
            _ = try await hall.services.holds.hold("SB00002", reason: "Seams open", by: hall.caller(.biller))
            try await hall.services.retirement.retire("SB00005", cascades: false, by: hall.caller(.biller))
            func code(_ sack: String, _ bill: Int64) async throws -> String? {
                try await hall.addToBill(sack, bill).problemCode
            }
            #expect(try await code("SB1", bill) == "invalid_parent_code")
            #expect(try await code("SB99999", bill) == "parent_not_found")
            #expect(try await code("000000000000000001", bill) == "invalid_sscc")
            #expect(try await code("SB00005", bill) == "bag_retired")
            #expect(try await code("M444-00001", bill) == "other_area")
            #expect(try await code("SB00001", bill) == "billed_elsewhere")
            #expect(try await code("SB00002", bill) == "on_hold")
            #expect(try await code("SB00004", bill) == "parent_empty")
            let elsewhere = try await hall.addToBill("SB00001", bill)
            #expect(elsewhere.json["current"]?["bill_code"] == "LKO 2" && elsewhere.json["scan_id"] != nil)
            #expect(try await hall.addToBill("SB00003", bill).status == 201)
            try await hall.packed("SB00006")
            #expect(try await code("SB00006", bill) == "capacity_reached")
            _ = try await hall.services.bills.complete(bill, shortReason: nil, by: hall.caller(.biller))
            let closed = try await hall.addToBill("nonsense", bill)
            #expect(closed.problemCode == "bill_not_open" && closed.json["current"]?["state"] == "completed")
            let unknown = try await refusal { try await hall.addToBill("SB00006", 999) }
            #expect(unknown?.code == "bill_not_found")
            try await hall.expectTotalsAreRight()
        }
    }

    @Test("R13 answers a bill scan byte for byte again, refusals too", arguments: TestEngine.available)
    func replays(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.openBill()
            try await hall.packed("SB00001")
            try await hall.packed("SB00002")
            let first = try await hall.addToBill("SB00001", bill, id: "client-0001", request: "first")
            let refused = try await hall.addToBill("SB99999", bill, id: "client-0002", request: "first")
            try await hall.addToBill("SB00002", bill)
            try await hall.services.bills.remove("SB00001", from: bill, by: hall.caller(.biller))
            _ = try await hall.services.bills.complete(bill, shortReason: "Lorry full", by: hall.caller(.biller))
            let closed = try await hall.addToBill("SB00001", bill, id: "client-0003", request: "first")
            for result in [first, refused, closed] {
                let id =
                    result.json["scan"]?["client_scan_id"]?.string
                    ?? (result.scanID == refused.scanID ? "client-0002" : "client-0003")
                let again = try await hall.addToBill(
                    result.scanID == refused.scanID ? "SB99999" : "SB00001", bill, id: id, request: "second")
                #expect(again.isReplay && again.status == result.status && again.body == result.body)
            }
            let reused = try await refusal { try await hall.addToBill("SB00001", bill + 1, id: "client-0001") }
            #expect(reused?.code == "client_scan_id_reused")
        }
    }

    @Test("R18 nothing enters or leaves a sack on a bill", arguments: TestEngine.available)
    func sealed(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.openBill()
            try await hall.packed("SB00001")
            try await hall.packed("SB00002")
            try await hall.addToBill("SB00001", bill)
            #expect(try await hall.scanChild("4000001", into: "SB00001").problemCode == "parent_billed")
            let code = "3000100"
            for act: @Sendable (BagCaller) async throws -> Void in [
                { _ = try await hall.services.corrections.move(code, to: "SB00002", reason: "wrong", by: $0) },
                { _ = try await hall.services.corrections.unlink(code, reason: "wrong", by: $0) },
                { _ = try await hall.services.corrections.empty("SB00001", reason: "wrong", by: $0) },
            ] {
                let refused = try await refusal { try await act(hall.caller(.biller)) }
                #expect(refused?.code == "parent_billed")
            }
            let retired = try await refusal {
                try await hall.services.retirement.retire("SB00001", cascades: true, by: hall.caller(.biller))
            }
            #expect(retired?.code == "bag_billed")
            try await hall.services.bills.remove("SB00001", from: bill, by: hall.caller(.biller))
            #expect(try await hall.scanChild("4000001", into: "SB00001").status == 201)
            try await hall.expectTotalsAreRight()
        }
    }

    @Test("R25 takes a sack off an open bill only, and lists sacks in the order added", arguments: TestEngine.available)
    func removes(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.openBill()
            for serial in [3, 1, 2, 4] {
                try await hall.packed("SB0000\(serial)")
                try await hall.addToBill("SB0000\(serial)", bill)
            }
            try await hall.services.bills.remove("sb00001", from: bill, by: hall.caller(.biller))
            try await hall.addToBill("SB00001", bill)
            #expect(try await sacks(bill, hall) == ["SB00003", "SB00002", "SB00004", "SB00001"])
            let absent = try await refusal {
                try await hall.services.bills.remove("SB00009", from: bill, by: hall.caller(.biller))
            }
            #expect(absent?.code == "parent_not_found")
            _ = try await hall.services.bills.complete(bill, shortReason: "Lorry full", by: hall.caller(.biller))
            let closed = try await refusal {
                try await hall.services.bills.remove("SB00001", from: bill, by: hall.caller(.biller))
            }
            #expect(closed?.code == "bill_not_open")
            #expect(try await hall.auditActions().contains("bill.parent_removed"))
            try await hall.expectTotalsAreRight()
        }
    }

    /// The sacks of a bill, two to a page.
    private func sacks(_ bill: Int64, _ hall: PackingHall) async throws -> [String] {
        var codes: [String] = []
        var after: (place: Int64, id: Int64)?
        repeat {
            let start = after
            let page = try await hall.database.read { try BillReader($0).sacks(of: bill, after: start, limit: 2) }
            codes += page.items.map(\.code)
            after = try BillPlace.read(page.next)
        } while after != nil
        return codes
    }
}
