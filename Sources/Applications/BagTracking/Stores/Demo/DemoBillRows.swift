import Portico

/// The rows of the bills of a demonstration, and of what custody knows of their lorries.
struct DemoBillRows {
    /// Columns of `bills` in the order of ``bill(_:)``.
    static let columns = [
        "id", "code", "code_key", "key_version", "state", "area_code", "capacity", "linked_count", "child_count",
        "actual_weight_grams",
        "expected_weight_grams", "dispatched_linked_count", "dispatched_child_count", "dispatched_weight_grams",
        "consignee",
        "destination", "vehicle_number", "driver_name", "driver_phone", "seal_number", "short_reason", "received_by",
        "created_by", "created_at", "completed_at", "dispatched_at", "delivered_at", "version",
    ]
    /// Columns of `custody_events` in the order of ``events(of:from:)``.
    static let eventColumns = [
        "id", "event_uuid", "fact", "action", "biz_step", "disposition", "bill_id", "area_code", "actor_id", "source",
        "event_time", "record_time",
    ]

    let plan: DemoPlan

    /// The row of a bill.
    func bill(_ bill: DemoBill) -> [SQLValue] {
        var random = DemoRandom(seed: plan.seed, stream: 1 << 32 + UInt64(bill.number))
        let town = DemoNames.towns[bill.area]
        let totals = plan.totals(bill)
        let (children, weight) = (totals.childCount, totals.actualWeightGrams)
        let code = plan.code(bill)
        let times = plan.times(bill)
        let hasLeft = times.dispatched != nil
        let driver = DemoNames.person(random.below(260))
        return [
            .integer(bill.id), .text(code), .text(BillCode.key(code)), BillKeys.version.sqlValue, .text(bill.state),
            .text(town.code),
            plan.capacity(bill).sqlValue, totals.linkedCount.sqlValue, children.sqlValue, weight.sqlValue,
            totals.expectedWeightGrams.sqlValue,
            hasLeft ? totals.linkedCount.sqlValue : .null, hasLeft ? children.sqlValue : .null,
            hasLeft ? weight.sqlValue : .null,
            .text(DemoNames.consignees[random.below(DemoNames.consignees.count)]),
            .text(town.destinations[random.below(town.destinations.count)]),
            hasLeft ? .text(vehicle(town, &random)) : .null, hasLeft ? .text(driver) : .null,
            hasLeft ? .text("+9198\(10_000_000 + random.below(89_999_999))") : .null,
            hasLeft ? .text("S\(100_000 + random.below(899_999))") : .null,
            plan.isShort(bill) ? .text("Lorry full") : .null,
            bill.state == "delivered" ? .text(DemoNames.person(random.below(260))) : .null,
            .integer(plan.people.billers[bill.biller].id), bill.createdAt.sqlValue, times.completed.sqlValue,
            times.dispatched.sqlValue, times.delivered.sqlValue, .integer(1),
        ]
    }

    /// The custody events of a bill's lorry, with ids from `first` on, and the sacks of each.
    func events(of bill: DemoBill, from first: Int64) -> (events: [[SQLValue]], bags: [[SQLValue]]) {
        var random = DemoRandom(seed: plan.seed, stream: 1 << 33 + UInt64(bill.number))
        let times = plan.times(bill)
        let facts: [(fact: CustodyFact, at: Instant?)] = [
            (.dispatched, times.dispatched), (.delivered, times.delivered),
        ]
        var events: [[SQLValue]] = []
        var bags: [[SQLValue]] = []
        for case (let fact, let at?) in facts {
            let id = first + Int64(events.count)
            events.append([
                .integer(id), .text(random.uuid(at: at)), .text(fact.rawValue), .text(fact.action),
                .text(fact.businessStep),
                .text(fact.disposition), .integer(bill.id), .text(DemoNames.towns[bill.area].code),
                .integer(fact == .dispatched ? plan.gatekeeper(bill).id : plan.people.billers[bill.biller].id),
                .text(CustodySource.gate.rawValue), at.sqlValue,
                at.sqlValue,
            ])
            bags += bill.sacks.map { [.integer(id), .integer(plan.sacks[$0].firstBagID)] }
        }
        return (events, bags)
    }

    private func vehicle(_ town: DemoNames.Town, _ random: inout DemoRandom) -> String {
        let letters = Array("ABCDEFGHJKLMNPRSTUVWXYZ")
        let series = String([letters[random.below(letters.count)], letters[random.below(letters.count)]])
        return "\(town.vehicles[random.below(town.vehicles.count)])\(series)\(1000 + random.below(9000))"
    }
}
