/// What the office may be told about bills (rules R22–R25).
extension Refusal {
    static func billNotFound() -> Refusal {
        .notFound("bill_not_found", "There is no such bill. Look it up in the list of bills.")
    }

    static func billCodeTaken(_ code: String) -> Refusal {
        .conflict("bill_code_taken", "There is a bill \(CodeError.quote(code)) already. Choose another code.")
    }

    /// R24: the act does not fit the state that the bill is in.
    static func invalidState(_ bill: BillFacts, _ action: BillAction) -> Refusal {
        let sources = BillState.allCases.filter { action.sources.contains($0) }.map(\.rawValue)
        var refusal = Refusal.conflict(
            "invalid_state",
            "Bill \(bill.code) is \(bill.state.rawValue); only a bill that is \(sources.joined(separator: " or ")) "
                + "can be \(action.participle).")
        refusal.state = bill.state.rawValue
        return refusal
    }

    static func billNotOpen(_ bill: BillFacts) -> Refusal {
        var refusal = Refusal.conflict(
            "bill_not_open",
            "Bill \(bill.code) is \(bill.state.rawValue): its sacks and its header are fixed. "
                + (bill.state == .completed ? "Reopen it first." : "Use another bill."))
        refusal.state = bill.state.rawValue
        return refusal
    }

    static func billEmpty(_ code: String) -> Refusal {
        .conflict("bill_empty", "Bill \(code) has no sack yet. Put sacks on it first.")
    }

    static func belowCapacity(_ bill: BillFacts) -> Refusal {
        var refusal = Refusal.conflict(
            "below_capacity",
            "Bill \(bill.code) has \(bill.totals.linkedCount) of \(bill.capacity) sacks. "
                + "Put more on it, or say why it goes short.")
        refusal.numbers = ["linked_count": bill.totals.linkedCount, "capacity": bill.capacity]
        return refusal
    }

    static func capacityBelowLinked(_ bill: BillFacts) -> Refusal {
        var refusal = Refusal.conflict(
            "capacity_below_linked",
            "\(counted(bill.totals.linkedCount, "sack")) \(bill.totals.linkedCount == 1 ? "is" : "are") on the bill. "
                + "Take some off before lowering its capacity.")
        refusal.numbers = ["linked_count": bill.totals.linkedCount]
        return refusal
    }

    static func capacityReached(_ bill: BillFacts) -> Refusal {
        .conflict(
            "capacity_reached",
            "Bill \(bill.code) is full (\(bill.totals.linkedCount) of \(bill.capacity)). "
                + "Put the sack on another bill, or raise the capacity.")
    }

    static func sackNotFound(_ code: String) -> Refusal {
        .notFound("parent_not_found", "Sack \(code) is not registered. It has to be packed first.")
    }

    static func parentEmpty(_ code: String) -> Refusal {
        .conflict("parent_empty", "Sack \(code) is empty. Put it aside, and take a packed one.")
    }

    static func billedElsewhere(_ sack: SackFacts) -> Refusal {
        .conflict(
            "billed_elsewhere",
            "Sack \(sack.code) is on bill \(sack.billCode ?? ""). Take it off there first, or take another sack.",
            current: sack.current)
    }

    /// R25: says where the sack belongs to those only who may know.
    static func otherAreaThanBill(_ sack: SackFacts, _ bill: BillFacts, userArea: String?) -> Refusal {
        guard AreaRules.sees(sack.areaCode, userArea: userArea) else { return .otherArea() }
        return .conflict(
            "other_area",
            "Sack \(sack.code) belongs to area \(sack.areaCode), the bill to \(bill.areaCode). Put it aside.",
            current: sack.current)
    }

    static func notOnThisBill(_ code: String) -> Refusal {
        .notFound("parent_not_found", "\(CodeError.quote(code)) is not on this bill.")
    }
}

/// What the gate may be told (rules R27, R28).
extension Refusal {
    static func gateCheckRunning(_ code: String) -> Refusal {
        .conflict("gate_check_running", "Bill \(code) is being checked at the gate already. Join that check.")
    }

    static func noGateCheck(_ bill: BillFacts) -> Refusal {
        var refusal = Refusal.conflict(
            "invalid_state", "No check of bill \(bill.code) is running: it is \(bill.state.rawValue).")
        refusal.state = bill.state.rawValue
        return refusal
    }

    /// R27: what is on the lorry and not on its bill. Where it belongs is told to those only who may know (rule R9).
    static func notOnBill(_ sack: SackFacts, _ bill: BillFacts, userArea: String?) -> Refusal {
        guard AreaRules.sees(sack.areaCode, userArea: userArea) else {
            return .conflict(
                "other_area", "This sack is not on the bill and belongs to another area. Unload it.", current: nil)
        }
        let place = sack.billCode.map { "it is on bill \($0)" } ?? "it is on no bill"
        return .conflict(
            "not_on_bill", "Sack \(sack.code) is not on bill \(bill.code): \(place). Unload it.",
            current: sack.current)
    }

    static func gateCheckIncomplete(_ progress: GateProgress, missing: [String]) -> Refusal {
        var refusal = Refusal.conflict(
            "gate_check_incomplete",
            "\(counted(progress.missingCount, "sack")) of \(progress.expectedCount) not seen yet. Scan them, "
                + "or abandon the check and have the bill corrected.")
        refusal.numbers = ["missing_count": progress.missingCount]
        refusal.lists = ["missing": missing]
        return refusal
    }

    static func unresolvedFindings(_ count: Int) -> Refusal {
        var refusal = Refusal.conflict(
            "unresolved_findings",
            "\(counted(count, "sack")) on the lorry not on the bill. Unload and confirm each of them.")
        refusal.numbers = ["open_findings": count]
        return refusal
    }

    static func findingNotFound() -> Refusal {
        .notFound("finding_not_found", "There is no such finding in the running check.")
    }
}
