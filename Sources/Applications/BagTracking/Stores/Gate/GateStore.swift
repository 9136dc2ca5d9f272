import Portico

/// Starts and ends the check of a lorry at the gate, and lets the lorry go (rules R27, R28).
struct GateStore: Sendable {
    let services: BagTrackingServices

    /// Starts the check of a completed bill. Of two who start at once, one is told that the check is running.
    /// - Throws: ``Refusal``, ``SQLError``.
    func start(_ id: Int64, by caller: BagCaller) async throws -> BillAnswer {
        let answer = try await services.bill(by: caller) { work in
            let old = try work.bill(id)
            if let refusal = BillRules.refusal(of: .startCheck, old.facts) { throw refusal }
            var new = old
            new.state = .loading
            try work.transaction.execute(
                "gate.start",
                """
                INSERT INTO gate_checks (bill_id, state, expected_count, started_by, started_at)
                VALUES (\(id), 'running', \(old.totals.linkedCount), \(caller.userID), \(caller.now))
                """)
            let progress = GateProgress(expectedCount: old.totals.linkedCount)
            let saved = try work.save(
                new, from: old, BillWork.Telling(deed: .gateStarted, action: "gate.started"), check: progress)
            return try BillReader(work.transaction).answer(saved, for: work.caller)
        }
        services.metrics.movedBill(to: .loading)
        return answer
    }

    /// Gives the check up; the bill is completed as before.
    /// - Throws: ``Refusal``, ``SQLError``.
    func abandon(_ id: Int64, reason: String, by caller: BagCaller) async throws -> BillAnswer {
        let answer = try await services.bill(by: caller) { work in
            let old = try work.bill(id)
            if let refusal = BillRules.refusal(of: .abandonCheck, old.facts) { throw refusal }
            let check = try work.lookup.runningCheck(of: id)
            var new = old
            new.state = .completed
            try GateStore.end(work, old, .abandoned)
            let saved = try work.save(
                new, from: old,
                BillWork.Telling(deed: .gateAbandoned, action: "gate.abandoned", reason: reason), check: check?.progress
            )
            return try BillReader(work.transaction).answer(saved, for: work.caller)
        }
        services.metrics.movedBill(to: .completed)
        return answer
    }

    /// Notes that a foreign sack was taken off the lorry. Doing so twice changes nothing.
    /// - Throws: ``Refusal``, ``SQLError``.
    func unload(_ findingID: Int64, of id: Int64, by caller: BagCaller) async throws -> BillAnswer {
        try await services.bill(by: caller) { work in
            let bill = try work.bill(id)
            guard var check = try work.lookup.runningCheck(of: id) else { throw Refusal.noGateCheck(bill.facts) }
            let finding = try work.transaction.first(
                "gate.finding",
                """
                SELECT b.code, f.resolution FROM gate_findings f JOIN bags b ON b.id = f.bag_id
                WHERE f.id = \(findingID) AND f.gate_check_id = \(check.id)
                """
            ) { (code: try $0[0] as String, isOpen: $0.isNull(1)) }
            guard let finding else { throw Refusal.findingNotFound() }
            guard finding.isOpen else { return try BillReader(work.transaction).answer(bill, for: work.caller) }
            try work.transaction.executeLater(
                "gate.unload",
                """
                UPDATE gate_findings SET resolution = 'unloaded', resolved_by = \(caller.userID),
                    resolved_at = \(caller.now)
                WHERE id = \(findingID)
                """)
            check.progress.openFindings -= 1
            try check.update(in: work.transaction)
            var shown = CounterChanges()
            shown.touch(bill.areaCode)
            try shown.write(in: work.transaction)
            try work.tell(
                bill, from: bill,
                BillWork.Telling(
                    action: "gate.finding_resolved",
                    before: [
                        (key: "parent_code", value: .string(finding.code)), (key: "resolution", value: .null),
                    ],
                    after: [
                        (key: "parent_code", value: .string(finding.code)), (key: "resolution", value: "unloaded"),
                    ]),
                check: check.progress)
            return try BillReader(work.transaction).answer(bill, for: work.caller)
        }
    }

    /// Lets the lorry go. What is on the bill at this moment is frozen beside the live totals (rule R26).
    /// - Throws: ``Refusal``, ``SQLError``.
    func dispatch(_ id: Int64, _ departure: Departure, by caller: BagCaller) async throws -> BillAnswer {
        let answer = try await services.bill(by: caller) { work in
            let old = try work.bill(id)
            let check = try work.lookup.runningCheck(of: id)
            let isShort = (check?.progress.missingCount ?? 0) > 0
            let missing = isShort ? try GateReader(work.transaction).missing(check, limit: GateRules.namedMissing) : []
            if let refusal = GateRules.refusal(toDispatch: old.facts, check?.progress, missing: missing) {
                throw refusal
            }
            var new = old
            new.state = .dispatched
            new.vehicleNumber = departure.vehicleNumber
            new.driverName = departure.driverName
            new.driverPhone = departure.driverPhone
            new.sealNumber = departure.sealNumber
            new.dispatchedAt = caller.now
            new.dispatched = BillRow.Dispatched(
                linkedCount: old.totals.linkedCount, childCount: old.totals.childCount,
                weightGrams: old.totals.actualWeightGrams)
            try GateStore.end(work, old, .passed)
            try CustodyJournal(transaction: work.transaction).append(.dispatched, of: old, by: caller)
            let saved = try work.save(
                new, from: old,
                BillWork.Telling(deed: .dispatched, action: "bill.dispatched", event: BillEvents.dispatched),
                check: check?.progress)
            return try BillReader(work.transaction).answer(saved, for: work.caller)
        }
        services.metrics.movedBill(to: .dispatched)
        return answer
    }

    private static func end(_ work: BillWork, _ bill: BillRow, _ state: GateCheckState) throws {
        try work.transaction.executeLater(
            "gate.end",
            """
            UPDATE gate_checks SET state = \(state), ended_at = \(work.caller.now)
            WHERE bill_id = \(bill.id) AND state = 'running'
            """)
    }
}
