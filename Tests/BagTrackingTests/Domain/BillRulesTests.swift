import Portico
import Testing

@testable import BagTracking

/// Codes, headers, states and departures of bills.
@Suite struct BillRulesTests {
    @Test(
        "R22 tidies the code of a bill and keeps its case",
        arguments: [
            ("  LKO   2025/117 ", "LKO 2025/117"), ("\u{200B}Lorry\u{0007} 7\u{FEFF}", "Lorry 7"),
            ("a\t\nb c", "a b c"), ("लखनऊ १", "लखनऊ १"), ("<b>'--", "<b>'--"),
        ])
    func tidies(raw: String, tidy: String) throws {
        #expect(try BillCode(raw).text == tidy)
    }

    @Test("R22 takes 3 to 50 characters after tidying")
    func length() throws {
        #expect(throws: FieldProblem.self) { try BillCode("  ab  ") }
        #expect(throws: FieldProblem.self) { try BillCode("\u{200B}\u{200B}\u{200B}") }
        #expect(throws: FieldProblem.self) { try BillCode(String(repeating: "x", count: 51)) }
        #expect(try BillCode(String(repeating: "x", count: 50)).text.count == 50)
        #expect(try BillCode("LkO 1").key == BillCode("lKo  1").key)
    }

    @Test("R24 allows these transitions and no others")
    func transitions() {
        let allowed: [BillAction: Set<BillState>] = [
            .complete: [.open], .reopen: [.completed], .startCheck: [.completed], .abandonCheck: [.loading],
            .dispatch: [.loading], .deliver: [.dispatched], .cancel: [.open, .completed],
        ]
        for action in BillAction.allCases {
            for state in BillState.allCases {
                let refusal = BillRules.refusal(of: action, bill(state))
                #expect((refusal == nil) == (allowed[action]?.contains(state) == true), "\(action) from \(state)")
                guard let refusal, refusal.code == "invalid_state" else { continue }
                #expect(refusal.state == state.rawValue)
            }
        }
        #expect(BillRules.refusal(of: .startCheck, bill(.loading))?.code == "gate_check_running")
    }

    @Test("R24 completes a bill with sacks, and says why when it goes short")
    func completing() {
        #expect(BillRules.refusal(toComplete: bill(linked: 0), shortReason: "late")?.code == "bill_empty")
        #expect(BillRules.refusal(toComplete: bill(linked: 2), shortReason: nil)?.code == "below_capacity")
        #expect(BillRules.refusal(toComplete: bill(linked: 2), shortReason: "late") == nil)
        #expect(BillRules.refusal(toComplete: bill(linked: 3), shortReason: nil) == nil)
    }

    @Test("R23 keeps a capacity from 1 to 500 that holds what is on the bill")
    func capacities() {
        func refusal(_ capacity: Int) -> String? {
            BillRules.refusal(toChange: bill(linked: 2), to: BillHeader(capacity: capacity))?.code
        }
        #expect(refusal(0) == "validation_failed")
        #expect(refusal(501) == "validation_failed")
        #expect(refusal(1) == "capacity_below_linked")
        #expect(refusal(2) == nil)
        #expect(BillRules.refusal(toChange: bill(.completed), to: BillHeader(capacity: 3))?.code == "bill_not_open")
    }

    @Test("R26 counts as in the example: five sacks, 128 bags")
    func totals() {
        var totals = BillTotals()
        for count in [30, 30, 30, 30, 8] {
            totals = totals.adding(ParentLoad(childCount: count, capacity: 30, unitWeightGrams: 1000))
        }
        #expect(totals.linkedCount == 5 && totals.childCount == 128)
        #expect(totals.actualWeightGrams == 128_000 && totals.expectedWeightGrams == 150_000)
        #expect(totals.varianceGrams == -22_000)
        let less = totals.removing(ParentLoad(childCount: 8, capacity: 30, unitWeightGrams: 1000))
        #expect(less.varianceGrams == 0 && less.linkedCount == 4)
    }

    @Test(
        "R28 takes vehicle numbers of the state and Bharat series",
        arguments: [
            ("up 32 ab 1234", "UP32AB1234"), ("UP-32-1234", "UP321234"), ("DL1CAB1234", "DL1CAB1234"),
            ("22 BH 1234 aa", "22BH1234AA"), ("22BH1234A", "22BH1234A"), ("MH12A1234", "MH12A1234"),
        ])
    func vehicles(raw: String, tidy: String) throws {
        #expect(try VehicleNumber(raw).text == tidy)
    }

    @Test(
        "R28 refuses other vehicle numbers",
        arguments: [
            "", "UP32", "U32AB1234", "UP32ABCD1234", "UP321AB1234", "UP32AB123", "22BX1234AA", "22BH1234AAA",
            "ÜP32AB1234",
        ])
    func wrongVehicles(raw: String) {
        #expect(throws: FieldProblem.self) { try VehicleNumber(raw) }
    }

    @Test("R28 names every field of a departure that is wrong")
    func departures() throws {
        let wrong = #expect(throws: Refusal.self) {
            try Departure(
                vehicleNumber: "x", driverName: "R", driverPhone: "0981", sealNumber: String(repeating: "9", count: 41))
        }
        #expect(wrong?.fields.map(\.field) == ["vehicle_number", "driver_name", "driver_phone", "seal_number"])
        let right = try Departure(
            vehicleNumber: "UP32AB1234", driverName: " Ram Kumar ", driverPhone: "+919812345678", sealNumber: " ")
        #expect(right.driverName == "Ram Kumar" && right.sealNumber == nil)
        for phone in ["+0123456789", "919812345678", "+9198123", "+9198123456789012", "+91981234567x"] {
            #expect(throws: Refusal.self) {
                try Departure(vehicleNumber: "UP32AB1234", driverName: "Ram", driverPhone: phone, sealNumber: nil)
            }
        }
    }

    private func bill(_ state: BillState = .open, linked: Int = 1) -> BillFacts {
        BillFacts(
            id: 1, code: "LKO 1", state: state, areaCode: "lucknow", capacity: 3,
            totals: BillTotals(linkedCount: linked))
    }
}
