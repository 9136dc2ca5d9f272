/// Everything that decides about a bag scanned into a sack.
struct PackingFacts: Sendable {
    /// The area the user is bound to; nil for users of all areas.
    let userArea: String?
    let parent: ParentLookup
    /// What the scan of the bag says, after R4 and R5.
    let label: Result<ChildLabel, CodeError>
    /// The bag with this code, when it is registered.
    let child: ChildFacts?
}

/// What is to be done with a scan of a bag into a sack.
enum PackingDecision: Sendable, Hashable {
    /// Put the bag into the sack, registering it when it is new.
    case link
    /// It is there already; write the scan and nothing else.
    case duplicate
    case refuse(Refusal)
}

/// The order of checks of rule R11, after request shape and replay: the first failure answers.
enum PackingRules {
    static func decide(_ facts: PackingFacts) -> PackingDecision {
        do throws(Refusal) {
            return try judge(facts)
        } catch {
            return .refuse(error)
        }
    }

    private static func judge(_ facts: PackingFacts) throws(Refusal) -> PackingDecision {
        let sack = try facts.parent.sack(for: facts.userArea)
        if case .failure(let error) = facts.label { throw Refusal(error) }
        if let child = facts.child, !AreaRules.sees(child.areaCode, userArea: facts.userArea) { throw .otherArea() }
        if sack.isRetired { throw .bagRetired(sack.code, .parent) }
        if let child = facts.child {
            if child.isRetired { throw .bagRetired(child.code, .child) }
            if child.parentCode == sack.code { return .duplicate }
            if child.parentCode != nil { throw .linkedElsewhere(child) }
        }
        try admit(to: sack)
        return .link
    }

    /// The last two checks, which every way into a sack shares (rules R12, R18).
    static func admit(to sack: SackFacts) throws(Refusal) {
        if sack.billCode != nil { throw .parentBilled(sack) }
        if sack.load.isFull { throw .parentFull(sack) }
    }
}
