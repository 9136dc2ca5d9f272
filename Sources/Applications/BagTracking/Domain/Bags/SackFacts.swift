/// What the rules need to know about a registered sack; a store loads it, the rules never ask further.
struct SackFacts: Sendable, Hashable {
    let code: String
    let areaCode: String
    let load: ParentLoad
    var isRetired = false
    /// The bill that the sack is on now.
    var billCode: String?
    /// Why the sack is on hold; nil when it is not.
    var holdReason: String?

    var status: ParentStatus { isRetired ? .retired : load.status }

    /// Where the sack is now, as an answer may tell it (rule R13).
    var current: Refusal.Current {
        Refusal.Current(parentCode: code, billCode: billCode, areaCode: areaCode)
    }
}

/// What the rules need to know about a registered bag.
struct ChildFacts: Sendable, Hashable {
    let code: String
    let areaCode: String
    var isRetired = false
    /// The sack that the bag is in now.
    var parentCode: String?
    /// The bill that this sack is on.
    var parentBillCode: String?
    /// The scan that put the bag there.
    var linkScanID: Int64?

    var status: ChildStatus { ChildStatus(parentCode: parentCode, isRetired: isRetired) }

    /// Where the bag is now, as an answer may tell it (rule R13).
    var current: Refusal.Current {
        Refusal.Current(parentCode: parentCode, billCode: parentBillCode, areaCode: areaCode)
    }
}

/// What came of looking for the sack that a request names.
enum ParentLookup: Sendable, Hashable {
    /// The text is no sack code and no SSCC.
    case invalid(CodeError)
    /// The code is sound, but no sack has it.
    case missing(ParentReference)
    case found(SackFacts)

    /// The sack, if there is one and the user may touch it: the first two checks of R11.
    ///
    /// - Parameter userArea: the area the user is bound to; nil for users of all areas.
    func sack(for userArea: String?) throws(Refusal) -> SackFacts {
        switch self {
        case .invalid(let error): throw Refusal(error)
        case .missing(.code(let code, _)): throw .parentNotFound(code)
        case .missing(.sscc(let sscc)): throw .ssccNotAssigned(sscc)
        case .found(let sack):
            guard AreaRules.sees(sack.areaCode, userArea: userArea) else { throw .otherArea() }
            return sack
        }
    }
}
