import Portico

/// The rows of some sacks of a demonstration, ready to be loaded.
struct DemoRows {
    /// Columns of `bags` in the order of ``bags``.
    static let bagColumns = [
        "id", "code", "code_reversed", "kind", "product_type", "area_code", "status", "parent_id", "parent_kind",
        "bill_id", "bill_position",
        "child_count", "capacity", "unit_weight_grams", "lot", "test_date", "hold_reason", "hold_since", "link_scan_id",
        "linked_at", "linked_by", "created_at", "created_by", "updated_at",
    ]
    /// Columns of `custody_events` in the order of ``events``.
    static let eventColumns = [
        "id", "event_uuid", "fact", "action", "biz_step", "disposition", "parent_bag_id", "scan_id", "area_code",
        "actor_id",
        "source", "event_time", "record_time", "declared_error_at", "corrects_id",
    ]

    let plan: DemoPlan
    private(set) var bags: [[SQLValue]] = []
    private(set) var scans: [[SQLValue]] = []
    private(set) var events: [[SQLValue]] = []
    private(set) var eventBags: [[SQLValue]] = []

    /// Where a bag is after the last of its scans.
    private struct Link {
        var scanID: Int64 = 0
        var at = Instant(milliseconds: 0)
        var firstSeen: Instant?
        var isLoose = false
    }

    /// Makes the rows of the sacks at these positions.
    init(_ plan: DemoPlan, sacks range: Range<Int>) {
        self.plan = plan
        for index in range { append(index) }
    }

    private mutating func append(_ index: Int) {
        let sack = plan.sacks[index]
        var random = DemoRandom(seed: plan.seed, stream: UInt64(index) + 1)
        let timeline = DemoTimeline(sack, random: &random)
        var links = Array(repeating: Link(), count: sack.newChildren)
        var work = DemoScanRow(plan: plan, index: index)
        scans.append(work.parent(&random))
        var eventID = sack.firstEventID
        for step in timeline.steps {
            let time = work.advance(&random)
            scans.append(work.child(step, &random))
            guard step.outcome == .linked else { continue }
            let undoneAt = step.isUndone ? time.recorded + .milliseconds(Int64(sack.gap) / 2) : nil
            let bagID = sack.firstBagID + 1 + Int64(step.child)
            let event = Event(
                id: eventID, sackID: sack.firstBagID, scanID: work.scanID, area: work.area, actor: work.packer.id,
                scanned: time.scanned, recorded: time.recorded, undoneAt: undoneAt)
            append(event, bagID: bagID, &random)
            eventID += step.isUndone ? 2 : 1
            links[step.child].firstSeen = links[step.child].firstSeen ?? time.recorded
            links[step.child].scanID = work.scanID
            links[step.child].at = undoneAt ?? time.recorded
            links[step.child].isLoose = step.isUndone
        }
        appendBags(sack, work, links)
        if sack.closesBill, let bill = sack.bill { scans += work.bill(plan.bills[bill], &random) }
        for bill in sack.gates { scans += work.gate(plan.bills[bill]) }
    }

    // MARK: - Bags

    private mutating func appendBags(_ sack: DemoSack, _ work: DemoScanRow, _ links: [Link]) {
        let lot = SQLValue.text(sack.lotName(year: plan.year))
        let testDate = SQLValue.text(
            plan.calendar.date(0).adding(days: -30 + sack.lot % 20).text)
        bags.append(sackRow(sack, work, changed: links.last?.at ?? work.created))
        for (number, link) in links.enumerated() {
            let code = plan.label(area: sack.area, sack.childrenBefore + number)
            let isIn = !link.isLoose
            bags.append([
                .integer(sack.firstBagID + 1 + Int64(number)), .text(code), .text(ASCII.reversed(code)), .text("child"),
                .null,
                .text(work.area), .text(isIn ? "linked" : "loose"), isIn ? .integer(sack.firstBagID) : .null,
                isIn ? .text("parent") : .null, .null, .null, .null, .null, .null, lot, testDate, .null, .null,
                isIn ? .integer(link.scanID) : .null, isIn ? link.at.sqlValue : .null,
                isIn ? .integer(work.packer.id) : .null, (link.firstSeen ?? link.at).sqlValue, .integer(work.packer.id),
                link.at.sqlValue,
            ])
        }
    }

    private func sackRow(_ sack: DemoSack, _ work: DemoScanRow, changed: Instant) -> [SQLValue] {
        let load = ParentLoad(
            childCount: sack.count, capacity: sack.type.capacity, unitWeightGrams: sack.type.unitWeightGrams)
        let bill = sack.bill.map { plan.bills[$0] }
        let hold = sack.holdReason
        return [
            .integer(sack.firstBagID), .text(sack.code), .text(ASCII.reversed(sack.code)), .text("parent"),
            .text(sack.type.code), .text(work.area), .text(load.status.rawValue), .null, .null,
            bill?.id.sqlValue ?? .null, sack.billPlace.sqlValue,
            load.childCount.sqlValue, load.capacity.sqlValue, load.unitWeightGrams.sqlValue, .null, .null,
            hold.sqlValue, hold == nil ? .null : (changed + .seconds(30)).sqlValue, .null, .null, .null,
            work.created.sqlValue, .integer(work.packer.id), (bill?.createdAt ?? changed).sqlValue,
        ]
    }

    // MARK: - Custody

    private struct Event {
        let id: Int64
        let sackID: Int64
        let scanID: Int64
        let area: String
        let actor: Int64
        let scanned: Instant
        let recorded: Instant
        let undoneAt: Instant?
    }

    /// Appends that a bag was put in, and the declaration that it was not when that was undone.
    private mutating func append(_ event: Event, bagID: Int64, _ random: inout DemoRandom) {
        events.append(row(event, .linked, at: event.recorded, &random))
        eventBags.append([.integer(event.id), .integer(bagID)])
        guard let undoneAt = event.undoneAt else { return }
        events.append(row(event, .undone, at: undoneAt, &random))
        eventBags.append([.integer(event.id + 1), .integer(bagID)])
    }

    private func row(_ event: Event, _ fact: CustodyFact, at time: Instant, _ random: inout DemoRandom) -> [SQLValue] {
        let isDeclaration = fact == .undone
        return [
            .integer(event.id + (isDeclaration ? 1 : 0)), .text(random.uuid(at: time)), .text(fact.rawValue),
            .text(fact.action), .text(fact.businessStep), .text(fact.disposition), .integer(event.sackID),
            .integer(event.scanID), .text(event.area), .integer(event.actor), .text(CustodySource.scan.rawValue),
            event.scanned.sqlValue, time.sqlValue, isDeclaration ? time.sqlValue : .null,
            isDeclaration ? .integer(event.id) : .null,
        ]
    }
}
