import Portico

/// Everything that decides about giving an SSCC to a sack.
struct SSCCFacts: Sendable {
    /// The last time a number was taken from a sack.
    struct Release: Sendable, Hashable {
        let parentCode: String
        let at: Instant
    }

    let sack: SackFacts
    /// The number that the sack has now.
    let present: SSCC?
    let wanted: SSCC
    /// The sack that has the wanted number now.
    let holder: String?
    let lastRelease: Release?
    let now: Instant
}

/// What is to be done with a wish to give an SSCC to a sack.
enum SSCCDecision: Sendable, Hashable {
    case assign
    /// The sack has this number already.
    case unchanged
    case refuse(Refusal)
}

/// One number for one sack, and no other sack for a year after (rule R7).
enum SSCCRules {
    /// How long a released number is kept for the sack that had it.
    static let quarantine = Span.days(365)

    static func decide(_ facts: SSCCFacts) -> SSCCDecision {
        let code = facts.sack.code
        if facts.sack.isRetired { return .refuse(.bagRetired(code, .parent)) }
        if facts.present == facts.wanted { return .unchanged }
        if let present = facts.present { return .refuse(.carriesSSCC(code, present)) }
        if facts.holder != nil { return .refuse(.ssccInUse(facts.wanted)) }
        if let release = facts.lastRelease, release.parentCode != code,
            facts.now - release.at < quarantine
        {
            return .refuse(.ssccRecentlyUsed(facts.wanted, freeAt: release.at + quarantine))
        }
        return .assign
    }
}
