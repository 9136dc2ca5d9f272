import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The check of a lorry at the gate, and its departure (rules R27, R28).
@Suite struct GateTests {
    @Test("R27 matches a sack once and counts what was seen", arguments: TestEngine.available)
    func matches(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.completedBill()
            let early = try await hall.scanAtGate("SB20001", bill)
            #expect(early.problemCode == "invalid_state" && early.json["current"]?["state"] == "completed")
            let started = try await hall.services.gate.start(bill, by: hall.caller(.gatekeeper))
            #expect(started.bill.state == .loading && started.check?.progress.expectedCount == 3)
            let first = try await hall.scanAtGate("SB20001", bill, id: "client-0001", request: "first")
            #expect(first.status == 201 && first.outcome == .matched)
            #expect(
                first.json["gate_check"] == [
                    "expected_count": 3, "seen_count": 1, "missing_count": 2, "open_findings": 0,
                ])
            try await hall.scanAtGate("SB20002", bill)
            let again = try await hall.scanAtGate("SB20001", bill)
            #expect(again.status == 200 && again.json["duplicate"] == true)
            #expect(again.json["gate_check"]?["seen_count"] == 2)
            let replay = try await hall.scanAtGate("SB20001", bill, id: "client-0001", request: "second")
            #expect(replay.isReplay && replay.body == first.body)
            #expect(try await hall.counter(.scans(.matched), in: "lucknow") == 2)
            try await hall.expectTotalsAreRight()
        }
    }

    @Test(
        "R27 notes a foreign sack once, and tells where it belongs to those only who may know",
        arguments: TestEngine.available)
    func findings(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.completedBill()
            let other = try await hall.openBill("LKO 2")
            try await hall.packed("SB00001")
            try await hall.addToBill("SB00001", other)
            try await hall.fill("M444-00001", with: 1, from: 9_000_001, by: .jaipur)
            _ = try await hall.services.gate.start(bill, by: hall.caller(.gatekeeper))
            let foreign = try await hall.scanAtGate("SB00001", bill)
            #expect(foreign.status == 409 && foreign.problemCode == "not_on_bill")
            #expect(foreign.json["current"]?["bill_code"] == "LKO 2")
            try await hall.scanAtGate("SB00001", bill)
            let far = try await hall.scanAtGate("M444-00001", bill)
            // Rule R9: a sack of another area is told of as nothing more, and is on the lorry all the same.
            #expect(far.problemCode == "other_area" && far.json["current"] == .null)
            #expect(try await hall.scanAtGate("SB77777", bill).problemCode == "parent_not_found")
            #expect(try await hall.scanAtGate("3000100", bill).problemCode == "invalid_parent_code")
            let check = try #require(try await answer(bill, hall).check)
            #expect(check.findings.map(\.code) == ["SB00001", "M444-00001"])
            #expect(check.progress.openFindings == 2 && check.progress.seenCount == 0)
            #expect(try await hall.eventKinds().filter { $0 == "gate.finding" }.count == 2)
            try await unloading(bill, check, hall)
        }
    }

    /// Unloading closes a finding; the sack scanned again is on the lorry again.
    private func unloading(_ bill: Int64, _ check: GateCheckAnswer, _ hall: PackingHall) async throws {
        let by = hall.caller(.gatekeeper)
        let finding = check.findings[0].id
        let resolved = try await hall.services.gate.unload(finding, of: bill, by: by)
        #expect(resolved.check?.findings[0].resolution == "unloaded" && resolved.check?.progress.openFindings == 1)
        let twice = try await hall.services.gate.unload(finding, of: bill, by: by)
        #expect(twice.check?.progress.openFindings == 1)
        #expect(try await hall.auditActions().filter { $0 == "gate.finding_resolved" }.count == 1)
        let unknown = try await refusal { _ = try await hall.services.gate.unload(999, of: bill, by: by) }
        #expect(unknown?.code == "finding_not_found")
        hall.clock.advance(by: .minutes(1))
        try await hall.scanAtGate("SB00001", bill)
        let reopened = try await answer(bill, hall).check
        #expect(reopened?.findings.count == 2 && reopened?.progress.openFindings == 2)
    }

    @Test("R28 lets the lorry go with every sack seen and none too many", arguments: TestEngine.available)
    func dispatching(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.completedBill()
            let by = hall.caller(.gatekeeper)
            let departure = try PackingHall.departure.get()
            try await hall.packed("SB00001")
            let early = try await refusal { _ = try await hall.services.gate.dispatch(bill, departure, by: by) }
            #expect(early?.code == "invalid_state" && early?.state == "completed")
            _ = try await hall.services.gate.start(bill, by: by)
            try await hall.scanAtGate("SB20002", bill)
            try await hall.scanAtGate("SB00001", bill)
            let missing = try await refusal { _ = try await hall.services.gate.dispatch(bill, departure, by: by) }
            #expect(missing?.code == "gate_check_incomplete" && missing?.numbers["missing_count"] == 2)
            #expect(missing?.lists["missing"] == ["SB20001", "SB20003"])
            try await hall.scanAtGate("SB20001", bill)
            try await hall.scanAtGate("SB20003", bill)
            let foreign = try await refusal { _ = try await hall.services.gate.dispatch(bill, departure, by: by) }
            #expect(foreign?.code == "unresolved_findings")
            let finding = try #require(try await answer(bill, hall).check?.findings.first)
            _ = try await hall.services.gate.unload(finding.id, of: bill, by: by)
            let gone = try await hall.services.gate.dispatch(bill, departure, by: by)
            #expect(gone.bill.state == .dispatched && gone.bill.vehicleNumber == "UP32AB1234")
            #expect(gone.bill.dispatched?.childCount == 6 && gone.check?.state == .passed)
            try await hall.expectTotalsAreRight()
        }
    }

    @Test("R24 R28 sends less by abandoning, reopening, removing and checking again", arguments: TestEngine.available)
    func sendingLess(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.completedBill()
            let (gate, office) = (hall.caller(.gatekeeper), hall.caller(.biller))
            _ = try await hall.services.gate.start(bill, by: gate)
            let running = try await refusal { _ = try await hall.services.gate.start(bill, by: gate) }
            #expect(running?.code == "gate_check_running")
            try await hall.scanAtGate("SB20001", bill)
            let given = try await hall.services.gate.abandon(bill, reason: "A sack is missing", by: gate)
            #expect(given.bill.state == .completed && given.check?.state == .abandoned)
            _ = try await hall.services.bills.reopen(bill, reason: "A sack is missing", by: office)
            try await hall.services.bills.remove("SB20003", from: bill, by: office)
            _ = try await hall.services.bills.complete(bill, shortReason: "A sack is missing", by: office)
            let anew = try await hall.services.gate.start(bill, by: gate)
            #expect(anew.check?.progress == GateProgress(expectedCount: 2, seenCount: 0, openFindings: 0))
            for code in ["SB20001", "SB20002"] { #expect(try await hall.scanAtGate(code, bill).status == 201) }
            let gone = try await hall.services.gate.dispatch(bill, PackingHall.departure.get(), by: gate)
            #expect(gone.bill.dispatched?.linkedCount == 2)
            #expect(try await hall.number("SELECT count(*) FROM gate_checks") == 2)
        }
    }

    private func answer(_ bill: Int64, _ hall: PackingHall) async throws -> BillAnswer {
        try await hall.database.read { try BillReader($0).bill(bill, for: hall.caller(.gatekeeper)) }
    }
}
