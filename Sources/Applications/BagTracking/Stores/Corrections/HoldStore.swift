import Portico

/// Puts sacks on hold and lifts holds (rule R21).
struct HoldStore: Sendable {
    let services: BagTrackingServices

    /// Puts a sack on hold, or gives its hold another reason.
    /// - Throws: ``Refusal``, ``SQLError``.
    func hold(_ code: String, reason: String, by caller: BagCaller) async throws -> ParentAnswer {
        try await services.correct(by: caller) { work in
            var sack = try work.sack(code)
            let place = try work.lookup.place(of: sack)
            if let refusal = sack.sackFacts(place).flatMap({ HoldRules.refusal(toHold: $0) }) { throw refusal }
            let hold = ParentAnswer.Hold(reason: reason, since: sack.hold?.since ?? caller.now)
            guard hold != sack.hold else { return try work.answer(sack) }
            try HoldStore.set(hold, of: &sack, "bag.held", work)
            return try work.answer(sack)
        }
    }

    /// Lifts the hold of a sack. A sack that is on none stays as it is.
    /// - Throws: ``Refusal``, ``SQLError``.
    func release(_ code: String, by caller: BagCaller) async throws {
        try await services.correct(by: caller) { work in
            var sack = try work.sack(code)
            guard sack.hold != nil else { return }
            try HoldStore.set(nil, of: &sack, "bag.released", work)
        }
    }

    private static func set(
        _ hold: ParentAnswer.Hold?, of sack: inout BagRow, _ action: String, _ work: CorrectionWork
    ) throws {
        let entry = work.caller.entry(
            action, entity: sack.code, before: audited(sack.hold, unlessAsIn: hold),
            after: audited(hold, unlessAsIn: sack.hold))
        sack.hold = hold
        sack.updatedAt = work.caller.now
        try work.transaction.executeLater(
            "bags.hold",
            """
            UPDATE bags SET hold_reason = \(sack.hold?.reason), hold_since = \(sack.hold?.since),
                updated_at = \(work.caller.now)
            WHERE id = \(sack.id)
            """)
        try work.finish(entry, CounterChanges(), areas: [sack.areaCode])
    }

    /// What the audit keeps of one side of a change: a hold that gets another reason keeps its beginning.
    private static func audited(_ hold: ParentAnswer.Hold?, unlessAsIn other: ParentAnswer.Hold?) -> JSONValue {
        var members: JSONValue = ["hold_reason": hold.map { .string($0.reason) } ?? .null]
        if hold?.since != other?.since { members["hold_since"] = hold.map { .string($0.since.rfc3339) } ?? .null }
        return members
    }
}
