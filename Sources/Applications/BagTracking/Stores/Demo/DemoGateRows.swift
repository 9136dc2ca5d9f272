import Portico

/// The time lines of the bills of a demonstration, and the checks of their lorries at the gate.
struct DemoGateRows {
    static let eventColumns = ["bill_id", "action", "from_state", "to_state", "actor_id", "at", "reason", "totals"]
    static let checkColumns = [
        "id", "bill_id", "state", "expected_count", "seen_count", "open_findings", "started_by", "started_at",
        "ended_at",
    ]
    static let sackColumns = ["gate_check_id", "bag_id", "seen_at", "seen_by"]
    static let findingColumns = ["gate_check_id", "bag_id", "found_at"]

    let plan: DemoPlan
    private(set) var events: [[SQLValue]] = []
    private(set) var checks: [[SQLValue]] = []
    private(set) var sacks: [[SQLValue]] = []
    private(set) var findings: [[SQLValue]] = []

    /// Makes the rows of the bills at these positions.
    init(_ plan: DemoPlan, bills range: Range<Int>) {
        self.plan = plan
        for index in range { append(plan.bills[index]) }
    }

    private mutating func append(_ bill: DemoBill) {
        let times = plan.times(bill)
        let biller = plan.people.billers[bill.biller]
        let totals = plan.totals(bill)
        note(bill, .created, from: nil, to: .open, by: biller, at: bill.createdAt, BillTotals())
        guard let completed = times.completed else { return }
        note(
            bill, .completed, from: .open, to: .completed, by: biller, at: completed, totals,
            reason: plan.isShort(bill) ? "Lorry full" : nil)
        let keeper = plan.gatekeeper(bill)
        guard let gate = plan.gate(bill) else { return }
        note(bill, .gateStarted, from: .completed, to: .loading, by: keeper, at: gate.start, totals)
        check(bill, gate, by: keeper)
        if let at = times.dispatched {
            note(bill, .dispatched, from: .loading, to: .dispatched, by: keeper, at: at, totals)
        }
        if let at = times.delivered {
            note(bill, .delivered, from: .dispatched, to: .delivered, by: biller, at: at, totals)
        }
    }

    private mutating func note(
        _ bill: DemoBill, _ deed: BillDeed, from: BillState?, to: BillState, by person: DemoPerson, at: Instant,
        _ totals: BillTotals, reason: String? = nil
    ) {
        events.append([
            .integer(bill.id), .text(deed.rawValue), (from?.rawValue).sqlValue, .text(to.rawValue),
            .integer(person.id), at.sqlValue, reason.sqlValue,
            .text(String(decoding: totals.json.bytes, as: UTF8.self)),
        ])
    }

    /// The check of a lorry that left saw everything; one that is loading has seen half, and a sack too many.
    private mutating func check(_ bill: DemoBill, _ gate: DemoGate, by keeper: DemoPerson) {
        checks.append([
            .integer(bill.id), .integer(bill.id), .text(gate.end == nil ? "running" : "passed"),
            bill.sacks.count.sqlValue, gate.seen.sqlValue, .integer(gate.foreign == nil ? 0 : 1), .integer(keeper.id),
            gate.start.sqlValue, gate.end.sqlValue,
        ])
        for (place, index) in bill.sacks.prefix(gate.seen).enumerated() {
            sacks.append([
                .integer(bill.id), .integer(plan.sacks[index].firstBagID), gate.scanned(place).sqlValue,
                .integer(keeper.id),
            ])
        }
        guard let foreign = gate.foreign else { return }
        findings.append([
            .integer(bill.id), .integer(plan.sacks[foreign].firstBagID), gate.scanned(gate.seen).sqlValue,
        ])
    }
}
