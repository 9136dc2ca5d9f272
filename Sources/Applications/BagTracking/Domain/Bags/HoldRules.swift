/// A sack on hold can be packed and read but not billed (rule R21).
enum HoldRules {
    /// Why the sack may not be put on hold; nil when it may. A sack on a bill may: the hold speaks about the next.
    static func refusal(toHold sack: SackFacts) -> Refusal? {
        sack.isRetired ? .bagRetired(sack.code, .parent) : nil
    }

    /// Why the hold keeps the sack off a bill; nil when there is none.
    static func refusal(toBill sack: SackFacts) -> Refusal? {
        sack.holdReason.map { .onHold(sack.code, reason: $0) }
    }
}
