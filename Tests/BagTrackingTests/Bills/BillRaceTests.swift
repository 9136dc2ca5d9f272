import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Exactly one wins over bills and at the gate (rule R19).
@Suite struct BillRaceTests {
    private static let callers = 50

    /// What became of an act: nil for success, else the code of the refusal.
    private func race(_ act: @escaping @Sendable (Int) async throws -> String?) async throws -> [String?] {
        try await withThrowingTaskGroup(of: String?.self) { group in
            for contender in 0..<BillRaceTests.callers {
                group.addTask {
                    do {
                        return try await act(contender)
                    } catch let refusal as Refusal {
                        return refusal.code
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("R19 a sack goes to one bill", arguments: TestEngine.available)
    func oneBill(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            var bills: [Int64] = []
            for number in 0..<BillRaceTests.callers { bills.append(try await hall.openBill("LKO \(number)")) }
            let ids = bills
            for round in 1...3 {
                try await hall.packed("SB0000\(round)")
                let results = try await race { try await hall.addToBill("SB0000\(round)", ids[$0]).problemCode }
                #expect(results.filter { $0 == nil }.count == 1)
                #expect(results.filter { $0 == "billed_elsewhere" }.count == BillRaceTests.callers - 1)
            }
            try await hall.expectTotalsAreRight()
        }
    }

    @Test("R19 the last places of a bill go to as many sacks", arguments: TestEngine.available)
    func lastPlaces(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.openBill(capacity: 2)
            for serial in 0..<BillRaceTests.callers { try await hall.packed("SB\(10_000 + serial)", bags: 1) }
            let results = try await race { try await hall.addToBill("SB\(10_000 + $0)", bill).problemCode }
            #expect(results.filter { $0 == nil }.count == 2)
            #expect(results.filter { $0 == "capacity_reached" }.count == BillRaceTests.callers - 2)
            try await hall.expectTotalsAreRight()
        }
    }

    @Test("R19 a sack is packed or billed, never both at once", arguments: TestEngine.available)
    func packedOrBilled(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.openBill()
            try await hall.packed("SB00001", bags: 1)
            _ = try await race { contender in
                contender == 7
                    ? try await hall.addToBill("SB00001", bill).problemCode
                    : try await hall.scanChild("50000\(10 + contender)", into: "SB00001").problemCode
            }
            try await hall.expectTotalsAreRight()
        }
    }

    @Test("R19 one gate check starts, and one dispatch succeeds", arguments: TestEngine.available)
    func gate(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.completedBill(sacks: 2)
            let started = try await race { _ in
                _ = try await hall.services.gate.start(bill, by: hall.caller(.gatekeeper))
                return nil
            }
            #expect(started.filter { $0 == nil }.count == 1)
            #expect(started.filter { $0 == "gate_check_running" }.count == BillRaceTests.callers - 1)
            let seen = try await race { contender in
                try await hall.scanAtGate(contender % 2 == 0 ? "SB20001" : "SB20002", bill).status == 201 ? nil : "seen"
            }
            #expect(seen.filter { $0 == nil }.count == 2)
            let departure = try PackingHall.departure.get()
            let gone = try await race { _ in
                _ = try await hall.services.gate.dispatch(bill, departure, by: hall.caller(.gatekeeper))
                return nil
            }
            #expect(gone.filter { $0 == nil }.count == 1)
            #expect(gone.filter { $0 == "invalid_state" }.count == BillRaceTests.callers - 1)
            #expect(try await hall.number("SELECT count(*) FROM custody_events WHERE fact = 'dispatched'") == 1)
            try await hall.expectTotalsAreRight()
        }
    }

    @Test("R19 one code is given to one bill, one of complete and cancel wins", arguments: TestEngine.available)
    func acts(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let made = try await race { _ in
                try await hall.openBill("LKO 9")
                return nil
            }
            #expect(made.filter { $0 == nil }.count == 1)
            #expect(made.filter { $0 == "bill_code_taken" }.count == BillRaceTests.callers - 1)
            let bill = try await hall.completedBill(sacks: 2)
            _ = try await race { contender in
                if contender % 2 == 0 {
                    _ = try await hall.services.bills.cancel(bill, reason: "No lorry", by: hall.caller(.admin))
                } else {
                    _ = try await hall.services.gate.start(bill, by: hall.caller(.gatekeeper))
                }
                return nil
            }
            let state = try await hall.billRow(bill)?.state
            #expect(state == .cancelled || state == .loading)
            try await hall.expectTotalsAreRight()
        }
    }

    @Test("R19 bills that swap sacks while others move bags neither lock nor lose", arguments: TestEngine.available)
    func everythingAtOnce(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bills = [try await hall.openBill("LKO 1"), try await hall.openBill("LKO 2")]
            for serial in 1...4 { try await hall.packed("SB0000\(serial)", bags: 3) }
            _ = try await race { contender in
                let sack = "SB0000\(contender % 4 + 1)"
                let bill = bills[contender / 4 % 2]
                switch contender % 3 {
                case 0: return try await hall.addToBill(sack, bill).problemCode
                case 1:
                    _ = try await hall.services.corrections.move(
                        "30001\(contender % 3)0", to: sack, reason: "shuffle", by: hall.caller(.admin))
                default: try await hall.services.bills.remove(sack, from: bill, by: hall.caller(.biller))
                }
                return nil
            }
            _ = try await hall.services.bills.cancel(bills[0], reason: "End", by: hall.caller(.admin))
            try await hall.expectTotalsAreRight()
        }
    }
}
