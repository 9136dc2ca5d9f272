import Portico

/// The scans of a demonstration that are not made at the packing table: onto bills, and at the gate.
extension DemoScanRow {
    /// The scans of a bill's sacks onto it, after the last of them was packed.
    mutating func bill(_ bill: DemoBill, _ random: inout DemoRandom) -> [[SQLValue]] {
        var totals = BillTotals()
        var at = bill.createdAt
        return bill.sacks.map { position in
            at = at + .milliseconds(DemoPlan.billGap)
            advance(to: at, recordedAfter: .milliseconds(40 + Int64(random.below(260))))
            let load = plan.load(position)
            totals = totals.adding(load)
            var draft = Draft(
                user: plan.people.billers[bill.biller].id, kind: .bill, outcome: .added,
                code: plan.sacks[position].code, billID: bill.id)
            draft.load = load
            draft.remainder.bill = ScannedBill(
                id: bill.id, code: plan.code(bill), capacity: plan.capacity(bill), totals: totals)
            return row(draft)
        }
    }

    /// The scans of a lorry's sacks at the gate, and of one that is not on its bill where there is one.
    mutating func gate(_ bill: DemoBill) -> [[SQLValue]] {
        guard let gate = plan.gate(bill) else { return [] }
        let rows = bill.sacks.prefix(gate.seen).enumerated().map { place, position in
            advance(to: gate.scanned(place))
            var draft = atGate(bill, .matched, position)
            draft.remainder.gateCheck = ScannedGateCheck(
                progress: GateProgress(expectedCount: bill.sacks.count, seenCount: place + 1, openFindings: 0))
            draft.load = plan.load(position)
            return row(draft)
        }
        guard let foreign = gate.foreign else { return rows }
        advance(to: gate.scanned(gate.seen))
        var draft = atGate(bill, .rejected, foreign)
        let facts = SackFacts(
            code: draft.code, areaCode: DemoNames.towns[bill.area].code, load: plan.load(foreign))
        let refusal = Refusal.notOnBill(
            facts,
            BillFacts(
                id: bill.id, code: plan.code(bill), state: .loading, areaCode: facts.areaCode,
                capacity: plan.capacity(bill), totals: plan.totals(bill)),
            userArea: facts.areaCode)
        draft.rejectCode = refusal.code
        draft.remainder = ScanRemainder(refusal)
        return rows + [row(draft)]
    }

    private func atGate(_ bill: DemoBill, _ outcome: ScanOutcome, _ position: Int) -> Draft {
        var draft = Draft(
            user: plan.gatekeeper(bill).id, kind: .gate, outcome: outcome, code: plan.sacks[position].code,
            billID: bill.id)
        draft.area = DemoNames.towns[bill.area].code
        return draft
    }
}
