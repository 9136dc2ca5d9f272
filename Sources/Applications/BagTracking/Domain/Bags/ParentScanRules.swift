/// Everything that decides about a scanned sack.
struct ParentScanFacts: Sendable {
    /// The area the user is bound to; nil for users of all areas.
    let userArea: String?
    /// `area_code` of the request.
    let requestedArea: String?
    let reference: Result<ParentReference, CodeError>
    /// The sack with this code or SSCC, when it is registered.
    let sack: SackFacts?
    /// Areas that new sacks may be registered in.
    let activeAreas: Set<String>
}

/// What is to be done with a scan of a sack.
enum ParentScanDecision: Sendable, Hashable {
    case create(code: String, type: ProductType, areaCode: String)
    case found(warnings: [ScanWarning])
    case refuse(Refusal)
}

/// Scanning a sack makes it known and makes it the current one (rules R3, R7, R9, R10).
enum ParentScanRules {
    static func decide(_ facts: ParentScanFacts) -> ParentScanDecision {
        do throws(Refusal) {
            return try judge(facts)
        } catch {
            return .refuse(error)
        }
    }

    private static func judge(_ facts: ParentScanFacts) throws(Refusal) -> ParentScanDecision {
        try AreaRules.checkBody(area: facts.requestedArea, userArea: facts.userArea)
        let reference: ParentReference
        switch facts.reference {
        case .success(let read): reference = read
        case .failure(let error): throw Refusal(error)
        }
        if let sack = facts.sack {
            guard AreaRules.sees(sack.areaCode, userArea: facts.userArea) else { throw .otherArea() }
            if sack.isRetired { throw .bagRetired(sack.code, .parent) }
            return .found(warnings: warnings(about: sack))
        }
        switch reference {
        case .sscc(let sscc): throw .ssccNotAssigned(sscc)
        case .code(let code, let type):
            let area = try areaForNewSack(facts)
            guard type.isActive else { throw .productTypeInactive(type) }
            return .create(code: code, type: type, areaCode: area)
        }
    }

    /// What the person should know about a sack before packing it.
    static func warnings(about sack: SackFacts) -> [ScanWarning] {
        var found: [ScanWarning] = []
        if sack.load.isFull { found.append(.parentFull) }
        if sack.billCode != nil { found.append(.parentBilled) }
        if sack.holdReason != nil { found.append(.onHold) }
        return found
    }

    private static func areaForNewSack(_ facts: ParentScanFacts) throws(Refusal) -> String {
        if let own = facts.userArea { return own }
        guard let area = facts.requestedArea else {
            throw .validation([.required("area_code", "This sack is new: say which area it belongs to.")])
        }
        guard facts.activeAreas.contains(area) else {
            throw .validation([.invalid("area_code", "There is no such area.")])
        }
        return area
    }
}
