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
        let totals = totals(of: bill)
        note(bill, .created, from: nil, to: .open, by: biller, at: bill.createdAt, BillTotals())
        guard let completed = times.completed else { return }
        let isShort = bill.number % 9 == 0
        note(
            bill, .completed, from: .open, to: .completed, by: biller, at: completed, totals,
            reason: isShort ? "Lorry full" : nil)
        guard bill.state != "completed" else { return }
        let keeper = plan.gatekeeper(bill)
        let start = min(max(completed, (times.dispatched ?? plan.calendar.end) - .minutes(25)), plan.calendar.end)
        note(bill, .gateStarted, from: .completed, to: .loading, by: keeper, at: start, totals)
        check(bill, by: keeper, from: start, to: times.dispatched)
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

    private func totals(of bill: DemoBill) -> BillTotals {
        bill.sacks.reduce(BillTotals()) { totals, index in
            let sack = plan.sacks[index]
            return totals.adding(
                ParentLoad(
                    childCount: sack.count, capacity: sack.type.capacity, unitWeightGrams: sack.type.unitWeightGrams))
        }
    }

    /// The check of a lorry that left saw everything; one that is loading has seen half, and a sack too many.
    private mutating func check(_ bill: DemoBill, by keeper: DemoPerson, from start: Instant, to end: Instant?) {
        let seen = end == nil ? bill.sacks.count / 2 : bill.sacks.count
        let foreign = end == nil ? plan.sacks.last { $0.area == bill.area && $0.bill == nil && $0.count > 0 } : nil
        checks.append([
            .integer(bill.id), .integer(bill.id), .text(end == nil ? "running" : "passed"), bill.sacks.count.sqlValue,
            seen.sqlValue, .integer(foreign == nil ? 0 : 1), .integer(keeper.id), start.sqlValue, end.sqlValue,
        ])
        let last = end ?? plan.calendar.end
        for (place, index) in bill.sacks.prefix(seen).enumerated() {
            let at = min(start + .seconds(Int64(20 * (place + 1))), last)
            sacks.append([
                .integer(bill.id), .integer(plan.sacks[index].firstBagID), at.sqlValue, .integer(keeper.id),
            ])
        }
        guard let foreign else { return }
        findings.append([
            .integer(bill.id), .integer(foreign.firstBagID), min(start + .minutes(5), last).sqlValue,
        ])
    }
}
