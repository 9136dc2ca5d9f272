/// What is to be done with a wish to retire a sack or bag.
enum RetireDecision: Sendable, Hashable {
    /// Retire it, after making so many bags of a sack loose.
    case retire(unlinking: Int)
    /// It is retired already.
    case unchanged
    case refuse(Refusal)
}

/// Retiring makes a code dead for scanning while row and history stay (rule R20).
enum RetireRules {
    /// - Parameters:
    ///   - wasDispatched: whether the sack ever left on a dispatched bill.
    ///   - cascades: whether the request says that bags in the sack are to become loose.
    static func decide(sack: SackFacts, wasDispatched: Bool, cascades: Bool) -> RetireDecision {
        if sack.isRetired { return .unchanged }
        if sack.billCode != nil || wasDispatched { return .refuse(.bagBilled(sack.code, billCode: sack.billCode)) }
        guard sack.load.childCount == 0 || cascades else {
            return .refuse(.hasChildren(sack.code, count: sack.load.childCount))
        }
        return .retire(unlinking: sack.load.childCount)
    }

    /// - Parameter wasDispatched: whether the bag ever left on a dispatched bill.
    static func decide(child: ChildFacts, wasDispatched: Bool) -> RetireDecision {
        if child.isRetired { return .unchanged }
        if child.parentCode != nil { return .refuse(.bagLinked(child)) }
        if wasDispatched { return .refuse(.bagBilled(child.code, billCode: nil)) }
        return .retire(unlinking: 0)
    }
}
