/// Taking one bag out of its sack by the office (rules R17, R18).
enum UnlinkRules {
    /// Why the bag must stay where it is; nil when it may come out.
    static func refusal(for child: ChildFacts) -> Refusal? {
        if child.isRetired { return .bagRetired(child.code, .child) }
        guard let parent = child.parentCode else { return .notLinked(child) }
        if let bill = child.parentBillCode { return .parentBilled(parent, bill: bill, areaCode: child.areaCode) }
        return nil
    }
}

/// Taking every bag out of a sack at once by the office (rules R17, R18). An empty sack may be emptied again.
enum EmptyRules {
    /// Why the sack must stay as it is; nil when it may be emptied.
    static func refusal(for sack: SackFacts) -> Refusal? {
        if sack.isRetired { return .bagRetired(sack.code, .parent) }
        return sack.billCode == nil ? nil : .parentBilled(sack)
    }
}
