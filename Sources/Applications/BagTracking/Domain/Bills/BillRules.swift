/// What the rules need to know about a bill.
struct BillFacts: Sendable, Hashable {
    let id: Int64
    let code: String
    let state: BillState
    let areaCode: String
    let capacity: Int
    let totals: BillTotals
}

/// When a bill may go from one state to another, and what may be changed about it (rules R23, R24).
enum BillRules {
    /// Why an action can't be done in the bill's state; nil when it can.
    static func refusal(of action: BillAction, _ bill: BillFacts) -> Refusal? {
        guard !action.sources.contains(bill.state) else { return nil }
        if action == .startCheck, bill.state == .loading { return .gateCheckRunning(bill.code) }
        return .invalidState(bill, action)
    }

    /// Why a bill can't be completed; nil when it can.
    /// - Parameter shortReason: why it has fewer sacks than it takes.
    static func refusal(toComplete bill: BillFacts, shortReason: String?) -> Refusal? {
        if let refusal = refusal(of: .complete, bill) { return refusal }
        if bill.totals.linkedCount == 0 { return .billEmpty(bill.code) }
        guard bill.totals.linkedCount < bill.capacity, shortReason == nil else { return nil }
        return .belowCapacity(bill)
    }

    /// Why a header can't be written on a bill; nil when it can.
    static func refusal(toChange bill: BillFacts, to header: BillHeader) -> Refusal? {
        if bill.state != .open { return .billNotOpen(bill) }
        if !header.problems.isEmpty { return .validation(header.problems) }
        return header.capacity < bill.totals.linkedCount ? .capacityBelowLinked(bill) : nil
    }
}
