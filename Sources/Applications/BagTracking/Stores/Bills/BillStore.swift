import Portico

/// Opens bills and takes them from state to state (rules R22–R26). Every act is audited and told in the bill's time
/// line.
struct BillStore: Sendable {
    let services: BagTrackingServices

    /// Opens a bill.
    /// - Throws: ``Refusal``, ``SQLError``.
    func create(_ bill: NewBill, by caller: BagCaller) async throws -> BillAnswer {
        if !bill.header.problems.isEmpty { throw Refusal.validation(bill.header.problems) }
        return try await services.bill(by: caller) { work in
            let areas = try work.services.catalog.catalog(in: work.transaction).activeAreas
            guard areas.contains(bill.areaCode) else {
                throw FieldProblem.unknownArea
            }
            let row = try work.open(
                BillRow(
                    new: 0, code: bill.code.text, areaCode: bill.areaCode, header: bill.header, by: caller.userID,
                    at: caller.now))
            guard let row else { throw Refusal.billCodeTaken(bill.code.text) }
            return BillAnswer(row, createdBy: ScanItem.User(id: caller.userID, name: caller.name), check: nil)
        }
    }

    /// Changes the header of an open bill.
    /// - Parameter check: throws when the bill is not as the caller has seen it.
    /// - Throws: ``Refusal``, ``SQLError``, what `check` throws.
    func change(
        _ id: Int64, _ change: BillChange, by caller: BagCaller,
        expecting check: @escaping @Sendable (BillAnswer) throws -> Void = { _ in }
    ) async throws -> BillAnswer {
        try await services.bill(by: caller) { work in
            let old = try work.bill(id)
            try check(try BillReader(work.transaction).answer(old, for: work.caller))
            let header = change.applied(to: old.header)
            if let refusal = BillRules.refusal(toChange: old.facts, to: header) { throw refusal }
            guard header != old.header else { return try BillReader(work.transaction).answer(old, for: work.caller) }
            var new = old
            new.header = header
            return try finish(work, new, from: old, BillWork.Telling(deed: .updated, action: "bill.updated"))
        }
    }

    /// Says that all its sacks are on it.
    /// - Throws: ``Refusal``, ``SQLError``.
    func complete(_ id: Int64, shortReason: String?, by caller: BagCaller) async throws -> BillAnswer {
        let reason = try BillHeader.tidied(shortReason).map { try Reason.check($0, field: "short_reason") }
        let answer = try await services.bill(by: caller) { work in
            let old = try work.bill(id)
            if let refusal = BillRules.refusal(toComplete: old.facts, shortReason: reason) { throw refusal }
            var new = old
            new.state = .completed
            new.completedAt = caller.now
            new.shortReason = old.totals.linkedCount < old.header.capacity ? reason : nil
            return try finish(
                work, new, from: old,
                BillWork.Telling(
                    deed: .completed, action: "bill.completed", reason: new.shortReason, event: BillEvents.completed))
        }
        services.metrics.movedBill(to: .completed)
        return answer
    }

    /// Opens a completed bill again.
    /// - Throws: ``Refusal``, ``SQLError``.
    func reopen(_ id: Int64, reason: String, by caller: BagCaller) async throws -> BillAnswer {
        let answer = try await services.bill(by: caller) { work in
            let old = try work.bill(id)
            if let refusal = BillRules.refusal(of: .reopen, old.facts) { throw refusal }
            var new = old
            new.state = .open
            new.completedAt = nil
            new.shortReason = nil
            return try finish(
                work, new, from: old,
                BillWork.Telling(deed: .reopened, action: "bill.reopened", reason: reason))
        }
        services.metrics.movedBill(to: .open)
        return answer
    }

    /// Cancels a bill that has not left; its sacks are free again.
    /// - Throws: ``Refusal``, ``SQLError``.
    func cancel(_ id: Int64, reason: String, by caller: BagCaller) async throws -> BillAnswer {
        let answer = try await services.bill(by: caller) { work in
            let old = try work.bill(id)
            if let refusal = BillRules.refusal(of: .cancel, old.facts) { throw refusal }
            try BillSacks(work: work).releaseAll(of: old)
            var new = old
            new.state = .cancelled
            new.totals = BillTotals()
            return try finish(
                work, new, from: old,
                BillWork.Telling(
                    deed: .cancelled, action: "bill.cancelled", reason: reason, event: BillEvents.cancelled))
        }
        services.metrics.movedBill(to: .cancelled)
        return answer
    }

    /// Records that the load arrived.
    /// - Throws: ``Refusal``, ``SQLError``.
    func deliver(_ id: Int64, receivedBy: String, note: String?, by caller: BagCaller) async throws -> BillAnswer {
        let answer = try await services.bill(by: caller) { work in
            let old = try work.bill(id)
            if let refusal = BillRules.refusal(of: .deliver, old.facts) { throw refusal }
            var new = old
            new.state = .delivered
            new.receivedBy = receivedBy
            new.deliveredAt = caller.now
            try CustodyJournal(transaction: work.transaction).append(.delivered, of: old, by: caller)
            return try finish(
                work, new, from: old,
                BillWork.Telling(
                    deed: .delivered, action: "bill.delivered", reason: BillHeader.tidied(note),
                    event: BillEvents.delivered))
        }
        services.metrics.movedBill(to: .delivered)
        return answer
    }

    /// Takes a sack off an open bill.
    /// - Throws: ``Refusal``, ``SQLError``.
    func remove(_ code: String, from id: Int64, by caller: BagCaller) async throws {
        try await services.bill(by: caller) { work in
            let old = try work.bill(id)
            guard old.state == .open else { throw Refusal.billNotOpen(old.facts) }
            let sack = try BillSacks(work: work).remove(code, from: old)
            var new = old
            new.totals = old.totals.removing(sack.load)
            _ = try work.save(
                new, from: old,
                BillWork.Telling(
                    deed: .parentRemoved, action: "bill.parent_removed", subject: sack.code,
                    before: [(key: "parent_code", value: .string(sack.code))],
                    after: [(key: "parent_code", value: .null)]))
        }
    }

    private func finish(
        _ work: BillWork, _ new: BillRow, from old: BillRow, _ telling: BillWork.Telling
    ) throws -> BillAnswer {
        try BillReader(work.transaction).answer(try work.save(new, from: old, telling), for: work.caller)
    }
}

/// A bill to be opened.
struct NewBill: Sendable {
    let code: BillCode
    let areaCode: String
    let header: BillHeader
}
