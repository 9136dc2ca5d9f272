import Portico

/// What the office puts right at the packing tables: moving, unlinking, emptying (rules R17, R18). Every act is
/// audited.
struct CorrectionStore: Sendable {
    let services: BagTrackingServices

    /// Moves a bag to another sack in one step.
    /// - Throws: ``Refusal``, ``SQLError``.
    func move(_ code: String, to target: String, reason: String, by caller: BagCaller) async throws -> MoveAnswer {
        try await correct(by: caller) { try MoveWork(work: $0, code: code, target: target, reason: reason).run() }
    }

    /// Takes a bag out of its sack.
    /// - Throws: ``Refusal``, ``SQLError``.
    func unlink(_ code: String, reason: String, by caller: BagCaller) async throws -> UnlinkAnswer {
        try await correct(by: caller) { work in
            let seen = try work.child(code)
            let sack = try work.lock(sacks: [seen.parentID]).values.first
            let child = try work.lock(seen)
            let place = try work.lookup.place(of: child)
            if let refusal = UnlinkRules.refusal(for: child.childFacts(place)) { throw refusal }
            guard let sack, let load = sack.load?.changed(by: -1) else { throw LostRace() }
            try work.journal.append(work.custody(.unlinked, sack, area: sack.areaCode), bagID: child.id)
            try ChildRelease(transaction: work.transaction, now: caller.now).release(child)
            var counters = CounterChanges()
            let change = SackChange(sack, to: load)
            try change.write(in: work.transaction, counters: &counters, at: caller.now)
            counters.move(from: (.children(.linked), child.areaCode), to: (.children(.loose), child.areaCode))
            let entry = caller.entry(
                "bag.unlinked", entity: child.code, before: ["parent_code": .string(sack.code)],
                after: ["parent_code": .null, "reason": .string(reason)])
            try work.finish(entry, counters, areas: [sack.areaCode])
            return UnlinkAnswer(unlinked: 1, parent: try work.answer(change.row(at: caller.now)))
        }
    }

    /// Makes all bags of a sack loose at once.
    /// - Throws: ``Refusal``, ``SQLError``.
    func empty(_ code: String, reason: String, by caller: BagCaller) async throws -> UnlinkAnswer {
        try await correct(by: caller) { work in
            let sack = try work.sack(code)
            let place = try work.lookup.place(of: sack)
            if let refusal = sack.sackFacts(place).flatMap({ EmptyRules.refusal(for: $0) }) { throw refusal }
            var counters = CounterChanges()
            let change = try Emptying(work: work).empty(sack, counters: &counters)
            guard change.unlinked > 0 else { return UnlinkAnswer(unlinked: 0, parent: try work.answer(sack)) }
            let entry = caller.entry(
                "bag.emptied", entity: sack.code, before: ["child_count": .integer(Int64(change.unlinked))],
                after: ["child_count": 0, "reason": .string(reason)])
            try work.finish(entry, counters, areas: [sack.areaCode])
            return UnlinkAnswer(unlinked: change.unlinked, parent: try work.answer(change.sack))
        }
    }

    private func correct<Value: Sendable>(
        by caller: BagCaller, _ body: @escaping @Sendable (CorrectionWork) throws -> Value
    ) async throws -> Value {
        try await services.correct(by: caller, body)
    }
}

extension BagTrackingServices {
    /// Runs a correction in one transaction, and again when a bag changed its sack in between.
    /// - Throws: ``Refusal``, ``SQLError``.
    func correct<Value: Sendable>(
        by caller: BagCaller, _ body: @escaping @Sendable (CorrectionWork) throws -> Value
    ) async throws -> Value {
        let services = self
        return try await ScanStore.retrying {
            try await services.database.write { transaction in
                try body(CorrectionWork(caller: caller, services: services, transaction: transaction))
            }
        }
    }
}

/// Makes every bag of a locked sack loose.
struct Emptying {
    let work: CorrectionWork

    /// - Returns: the sack afterwards, and how many bags came out.
    /// - Throws: ``SQLError``.
    func empty(_ sack: BagRow, counters: inout CounterChanges) throws -> (sack: BagRow, unlinked: Int) {
        guard let load = sack.load, load.childCount > 0, let none = load.changed(by: -load.childCount) else {
            return (sack, 0)
        }
        try work.journal.appendAll(work.custody(.emptied, sack, area: sack.areaCode))
        let released = try ChildRelease(transaction: work.transaction, now: work.caller.now).releaseAll(of: sack)
        let change = SackChange(sack, to: none)
        try change.write(in: work.transaction, counters: &counters, at: work.caller.now)
        counters.move(
            from: (.children(.linked), sack.areaCode), to: (.children(.loose), sack.areaCode), count: released)
        return (change.row(at: work.caller.now), released)
    }
}
