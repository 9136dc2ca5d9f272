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
            let entry = caller.entry(
                "bag.held", entity: sack.code,
                before: ["hold_reason": sack.hold.map { .string($0.reason) } ?? .null],
                after: ["hold_reason": .string(reason)])
            sack.hold = hold
            try HoldStore.write(&sack, entry, work)
            return try work.answer(sack)
        }
    }

    /// Lifts the hold of a sack. A sack that is on none stays as it is.
    /// - Throws: ``Refusal``, ``SQLError``.
    func release(_ code: String, by caller: BagCaller) async throws {
        try await services.correct(by: caller) { work in
            var sack = try work.sack(code)
            guard let hold = sack.hold else { return }
            let entry = caller.entry(
                "bag.released", entity: sack.code, before: ["hold_reason": .string(hold.reason)],
                after: ["hold_reason": .null])
            sack.hold = nil
            try HoldStore.write(&sack, entry, work)
        }
    }

    private static func write(_ sack: inout BagRow, _ entry: AuditEntry, _ work: CorrectionWork) throws {
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
}
