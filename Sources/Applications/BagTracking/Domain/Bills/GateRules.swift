/// Everything that decides about a sack scanned at the gate.
struct GateScanFacts: Sendable {
    /// The area the user is bound to; nil for users of all areas.
    let userArea: String?
    let bill: BillFacts
    /// Whether a check of the bill is running.
    let isRunning: Bool
    let sack: ParentLookup
    /// Whether the sack is on this very bill.
    let isOnBill: Bool
    /// Whether the sack was seen in this check before.
    let wasSeen: Bool
}

/// What is to be done with a sack scanned at the gate.
enum GateScanDecision: Sendable, Hashable {
    /// It is on the bill and was not seen before.
    case match
    /// It was seen before; write the scan and nothing else.
    case duplicate
    /// It is on the lorry but not on the bill: note a finding, and refuse the scan.
    case finding(Refusal)
    case refuse(Refusal)
}

/// The check of a lorry at the gate (rules R27, R28).
enum GateRules {
    /// How many missing sacks a refusal names at most.
    static let namedMissing = 100

    static func decide(_ facts: GateScanFacts) -> GateScanDecision {
        let bill = facts.bill
        guard bill.state == .loading, facts.isRunning else { return .refuse(.noGateCheck(bill)) }
        let sack: SackFacts
        do throws(Refusal) {
            sack = try BillingRules.known(facts.sack)
        } catch {
            return .refuse(error)
        }
        guard facts.isOnBill else {
            return .finding(.notOnBill(sack, bill, userArea: facts.userArea))
        }
        return facts.wasSeen ? .duplicate : .match
    }

    /// Why the lorry may not go; nil when it may.
    /// - Parameter missing: codes of sacks on the bill that were not seen, at most ``namedMissing``.
    static func refusal(toDispatch bill: BillFacts, _ progress: GateProgress?, missing: [String]) -> Refusal? {
        if let refusal = BillRules.refusal(of: .dispatch, bill) { return refusal }
        guard let progress else { return .noGateCheck(bill) }
        if progress.missingCount > 0 { return .gateCheckIncomplete(progress, missing: missing) }
        return progress.openFindings > 0 ? .unresolvedFindings(progress.openFindings) : nil
    }
}
