/// Everything that decides about moving a bag to another sack.
struct MoveFacts: Sendable {
    /// The area the user is bound to; nil for users of all areas.
    let userArea: String?
    let child: ChildFacts
    let target: ParentLookup
}

/// What is to be done with a wish to move a bag.
enum MoveDecision: Sendable, Hashable {
    /// Take it out of its sack, if it is in one, and put it into the target, in one step.
    case move
    /// The target is its present sack.
    case unmoved
    case refuse(Refusal)
}

/// Moving a bag by the office (rule R17): the target is judged as R11 does, and neither sack may be on a bill.
enum MoveRules {
    static func decide(_ facts: MoveFacts) -> MoveDecision {
        do throws(Refusal) {
            return try judge(facts)
        } catch {
            return .refuse(error)
        }
    }

    private static func judge(_ facts: MoveFacts) throws(Refusal) -> MoveDecision {
        let child = facts.child
        let target = try facts.target.sack(for: facts.userArea)
        guard AreaRules.sees(child.areaCode, userArea: facts.userArea) else { throw .otherArea() }
        if target.isRetired { throw .bagRetired(target.code, .parent) }
        if child.isRetired { throw .bagRetired(child.code, .child) }
        if child.parentCode == target.code { return .unmoved }
        if let parent = child.parentCode, let bill = child.parentBillCode {
            throw .parentBilled(parent, bill: bill, areaCode: child.areaCode)
        }
        try PackingRules.admit(to: target)
        return .move
    }
}
