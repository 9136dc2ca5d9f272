import Portico

/// What the packing table may be told (rules R7, R9–R13, R16).
extension Refusal {
    static func parentNotFound(_ code: String) -> Refusal {
        .notFound("parent_not_found", "Sack \(code) is not registered yet. Scan the sack first, then its bags.")
    }

    static func ssccNotAssigned(_ sscc: SSCC) -> Refusal {
        .notFound("sscc_not_assigned", "No sack carries SSCC \(sscc.text). Scan the sack's own code.")
    }

    /// R9: says nothing about where the bag belongs.
    static func otherArea() -> Refusal {
        .conflict("other_area", "This belongs to another area. Put it aside and tell the office.", current: nil)
    }

    static func bagRetired(_ code: String, _ kind: BagKind) -> Refusal {
        let noun = kind == .parent ? "Sack" : "Bag"
        return .conflict("bag_retired", "\(noun) \(code) is retired. Put it aside and take another one.")
    }

    static func linkedElsewhere(_ child: ChildFacts) -> Refusal {
        let parent = child.parentCode ?? "another sack"
        // A sack on a bill is sealed (rule R18): nobody at the table can put the bag back into it.
        let advice =
            child.parentBillCode.map { ", which is on bill \($0). Put it aside and tell the office." }
            ?? ". Put it back there, or ask the office to move it."
        return .conflict(
            "linked_elsewhere", "Bag \(child.code) is in sack \(parent)\(advice)", current: child.current)
    }

    static func parentBilled(_ sack: SackFacts) -> Refusal {
        .parentBilled(sack.code, bill: sack.billCode ?? "", areaCode: sack.areaCode)
    }

    /// R18: a sack on a bill is sealed.
    static func parentBilled(_ code: String, bill: String, areaCode: String) -> Refusal {
        .conflict(
            "parent_billed",
            "Sack \(code) is on bill \(bill): nothing may enter or leave it. Take the sack off the bill first.",
            current: Current(parentCode: code, billCode: bill, areaCode: areaCode))
    }

    static func parentFull(_ sack: SackFacts) -> Refusal {
        .conflict(
            "parent_full",
            "Sack \(sack.code) is full (\(sack.load.childCount) of \(sack.load.capacity)). "
                + "Scan the next sack, then this bag again.")
    }

    static func productTypeInactive(_ type: ProductType) -> Refusal {
        .conflict(
            "product_type_inactive",
            "New \(type.name) sacks are no longer registered. Take a sack of another product, or ask an administrator.")
    }

    static func clientScanIDReused() -> Refusal {
        Refusal(
            status: .unprocessable, code: "client_scan_id_reused",
            detail: "Another scan was already sent under this client_scan_id. Send every scan under an id of its own.")
    }

    static func notUndoable(_ kind: ScanKind, _ outcome: ScanOutcome) -> Refusal {
        .conflict(
            "not_undoable",
            "Only a scan that put a bag into a sack can be undone; this was a \(kind.rawValue) scan "
                + "with the outcome “\(outcome.rawValue)”.")
    }

    static func undoWindowPassed(_ window: Span) -> Refusal {
        let span = window.seconds % 60 == 0 ? "\(window.seconds / 60) minutes" : "\(window.seconds) seconds"
        return .conflict(
            "undo_window_passed", "A scan can be undone for \(span). Ask the office to take the bag out of the sack.")
    }

    /// - Parameter child: the bag as it is now; nil when the user may not see it.
    static func superseded(_ child: ChildFacts?) -> Refusal {
        let place = child?.parentCode.map { "is in sack \($0) by a later act" } ?? "is no longer in this sack"
        return .conflict(
            "superseded", "Nothing to undo: the bag \(place). Scan it again to see where it is.",
            current: child?.current)
    }

    static func travelled(_ child: ChildFacts) -> Refusal {
        .conflict(
            "superseded",
            "Nothing to undo: the bag has left on a lorry in this sack since. Take it out of the sack by a correction.",
            current: child.current)
    }

    static func scanNotFound() -> Refusal {
        .notFound("scan_not_found", "There is no such scan. Look it up in the history.")
    }
}
