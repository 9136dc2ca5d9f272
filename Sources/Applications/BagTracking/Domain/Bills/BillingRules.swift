/// Everything that decides about putting a sack on a bill.
struct BillingFacts: Sendable {
    /// The area the user is bound to; nil for users of all areas.
    let userArea: String?
    let bill: BillFacts
    let sack: ParentLookup
    /// Whether the sack is on this very bill.
    let isOnBill: Bool
}

/// What is to be done with a scan of a sack onto a bill.
enum BillingDecision: Sendable, Hashable {
    /// Put it on the bill.
    case add
    /// It is there already; write the scan and nothing else.
    case duplicate
    case refuse(Refusal)
}

/// The order of checks of rule R25: the first failure answers.
enum BillingRules {
    static func decide(_ facts: BillingFacts) -> BillingDecision {
        do throws(Refusal) {
            return try judge(facts)
        } catch {
            return .refuse(error)
        }
    }

    private static func judge(_ facts: BillingFacts) throws(Refusal) -> BillingDecision {
        let bill = facts.bill
        if bill.state != .open { throw .billNotOpen(bill) }
        let sack = try known(facts.sack)
        if sack.isRetired { throw .bagRetired(sack.code, .parent) }
        if sack.areaCode != bill.areaCode {
            throw .otherAreaThanBill(sack, bill, userArea: facts.userArea)
        }
        if facts.isOnBill { return .duplicate }
        if sack.billCode != nil { throw .billedElsewhere(sack) }
        if let reason = sack.holdReason { throw .onHold(sack.code, reason: reason) }
        if sack.load.childCount == 0 { throw .parentEmpty(sack.code) }
        if bill.totals.linkedCount >= bill.capacity { throw .capacityReached(bill) }
        return .add
    }

    /// The sack that a code names, whatever area it is in.
    static func known(_ sack: ParentLookup) throws(Refusal) -> SackFacts {
        switch sack {
        case .invalid(let error): throw Refusal(error)
        case .missing(.code(let code, _)): throw .sackNotFound(code)
        case .missing(.sscc(let sscc)): throw .ssccNotAssigned(sscc)
        case .found(let sack): return sack
        }
    }
}
