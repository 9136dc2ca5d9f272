import Portico

/// Writes what a part of a file changes about sacks and bags: rows, one custody event for each sack, counters, in the
/// transaction that also notes how far the import is.
struct ImportWriter {
    let transaction: Transaction
    let caller: BagCaller
    let services: BagTrackingServices

    /// - Throws: ``SQLError``; also where somebody took a code in between, after which the part is decided again.
    func write(_ world: ImportWorld) throws {
        let children = world.children.values.filter { $0.change != nil }.sorted { $0.code < $1.code }
        let sacks = world.sacks.values.filter { $0.id == nil || $0.isChanged }.sorted { $0.code < $1.code }
        guard !children.isEmpty || !sacks.isEmpty else { return }
        let newSacks = sacks.filter { $0.id == nil }
        let newChildren = children.filter { $0.id == nil }
        var ids = try ids("bags", count: newSacks.count + newChildren.count)[...]
        var sackIDs = world.sacks.compactMapValues(\.id)
        for sack in newSacks { sackIDs[sack.code] = ids.popFirst() }
        var childIDs: [String: Int64] = [:]
        for child in children { childIDs[child.code] = child.id ?? ids.popFirst() }
        try insert(newSacks, sackIDs)
        for sack in sacks where sack.id != nil { try update(sack) }
        try insert(newChildren, childIDs, sackIDs)
        for child in children where child.id != nil { try update(child, sackIDs) }
        try noteCustody(world, children.filter { $0.change == .linked }, sackIDs, childIDs)
        try count(sacks, children)
    }

    // MARK: - Rows

    private static let sackColumns = [
        "id", "code", "code_reversed", "kind", "product_type", "area_code", "status", "child_count", "capacity",
        "unit_weight_grams", "created_at", "created_by", "updated_at",
    ]
    private static let childColumns = [
        "id", "code", "code_reversed", "kind", "area_code", "status", "parent_id", "parent_kind", "lot", "test_date",
        "linked_at", "linked_by", "created_at", "created_by", "updated_at",
    ]

    private func insert(_ sacks: [ImportedSack], _ ids: [String: Int64]) throws {
        guard !sacks.isEmpty else { return }
        try transaction.bulkInsert(
            "imports.insert_sacks", into: "bags", columns: ImportWriter.sackColumns,
            rows: sacks.map { sack -> [SQLValue] in
                [
                    ids[sack.code].sqlValue, .text(sack.code), .text(ASCII.reversed(sack.code)), .text("parent"),
                    .text(sack.type), .text(sack.areaCode), sack.load.status.sqlValue, sack.load.childCount.sqlValue,
                    sack.load.capacity.sqlValue, sack.load.unitWeightGrams.sqlValue, caller.now.sqlValue,
                    caller.userID.sqlValue, caller.now.sqlValue,
                ]
            })
    }

    private func insert(_ children: [ImportedChild], _ ids: [String: Int64], _ sacks: [String: Int64]) throws {
        guard !children.isEmpty else { return }
        try transaction.bulkInsert(
            "imports.insert_children", into: "bags", columns: ImportWriter.childColumns,
            rows: children.map { child -> [SQLValue] in
                let parent = child.parentCode.flatMap { sacks[$0] }
                return [
                    ids[child.code].sqlValue, .text(child.code), .text(ASCII.reversed(child.code)), .text("child"),
                    .text(child.areaCode), .text(parent == nil ? "loose" : "linked"), parent.sqlValue,
                    parent == nil ? .null : .text("parent"), child.lot.sqlValue, child.testDate.sqlValue,
                    parent == nil ? .null : caller.now.sqlValue, parent == nil ? .null : caller.userID.sqlValue,
                    caller.now.sqlValue, caller.userID.sqlValue, caller.now.sqlValue,
                ]
            })
    }

    private func update(_ sack: ImportedSack) throws {
        try transaction.executeLater(
            "imports.update_sack",
            """
            UPDATE bags SET child_count = \(sack.load.childCount), status = \(sack.load.status),
                updated_at = \(caller.now)
            WHERE id = \(sack.id)
            """)
    }

    private func update(_ child: ImportedChild, _ sacks: [String: Int64]) throws {
        guard child.change == .linked, let parent = child.parentCode.flatMap({ sacks[$0] }) else {
            return try transaction.executeLater(
                "imports.label_child",
                """
                UPDATE bags SET lot = \(child.lot), test_date = \(child.testDate), updated_at = \(caller.now)
                WHERE id = \(child.id)
                """)
        }
        try transaction.executeLater(
            "imports.link_child",
            """
            UPDATE bags SET parent_id = \(parent), parent_kind = 'parent', status = 'linked',
                area_code = \(child.areaCode), lot = \(child.lot), test_date = \(child.testDate), link_scan_id = NULL,
                linked_at = \(caller.now), linked_by = \(caller.userID), updated_at = \(caller.now)
            WHERE id = \(child.id)
            """)
    }

    /// Ids that the next rows of a table get: from its sequence, or where there is one writer those after the last.
    private func ids(_ table: String, count: Int) throws -> [Int64] {
        guard count > 0 else { return [] }
        let name = SQL(trusted: table)
        switch transaction.dialect {
        case .sqlite:
            let last = try transaction.scalar(
                "imports.last_id", "SELECT coalesce(max(id), 0) FROM \(name)", as: Int64.self)
            return (1...Int64(count)).map { (last ?? 0) + $0 }
        case .postgresql:
            return try transaction.all(
                "imports.next_ids",
                "SELECT nextval(pg_get_serial_sequence('\(name)', 'id')) FROM generate_series(1, \(count))"
            ) { try $0[0] }
        }
    }

    // MARK: - What goes with them

    /// One event for each sack, with the bags that came into it (rule R36).
    private func noteCustody(
        _ world: ImportWorld, _ linked: [ImportedChild], _ sacks: [String: Int64], _ children: [String: Int64]
    ) throws {
        let runs = Dictionary(grouping: linked) { $0.parentCode ?? "" }.sorted { $0.key < $1.key }
        guard !runs.isEmpty else { return }
        let ids = try ids("custody_events", count: runs.count)
        let fact = CustodyFact.imported
        try transaction.bulkInsert(
            "imports.custody", into: "custody_events",
            columns: [
                "id", "event_uuid", "fact", "action", "biz_step", "disposition", "parent_bag_id", "parent_epc",
                "area_code", "actor_id", "source", "event_time", "record_time",
            ],
            rows: zip(ids, runs).map { id, run -> [SQLValue] in
                let sack = world.sacks[run.key]
                return [
                    .integer(id), .text(UUIDv7(at: caller.now).description), .text(fact.rawValue), .text(fact.action),
                    .text(fact.businessStep), .text(fact.disposition), sacks[run.key].sqlValue,
                    (sack?.sscc.map(EPCIdentifiers.serial)).sqlValue, .text(sack?.areaCode ?? ""),
                    caller.userID.sqlValue, .text(CustodySource.import.rawValue), caller.now.sqlValue,
                    caller.now.sqlValue,
                ]
            })
        try transaction.bulkInsert(
            "imports.custody_bags", into: "custody_event_bags", columns: ["event_id", "bag_id"],
            rows: zip(ids, runs).flatMap { id, run in
                run.value.map { [SQLValue.integer(id), children[$0.code].sqlValue] }
            })
    }

    private func count(_ sacks: [ImportedSack], _ children: [ImportedChild]) throws {
        var counters = CounterChanges()
        var areas: Set<String> = []
        for sack in sacks {
            let before = sack.before.flatMap { sack.load.changed(by: $0 - sack.load.childCount)?.status }
            counters.move(
                from: before.map { (.parents($0), sack.areaCode) }, to: (.parents(sack.load.status), sack.areaCode))
            areas.insert(sack.areaCode)
        }
        for child in children where child.change != .labelled {
            let isLinked = child.change == .linked
            counters.move(
                from: child.areaBefore.map { (.children(.loose), $0) },
                to: (.children(isLinked ? .linked : .loose), child.areaCode))
            areas.formUnion([child.areaCode, child.areaBefore ?? child.areaCode])
        }
        try counters.write(in: transaction)
        for area in areas.sorted() {
            try services.outbox.publish(ScanEvents.statsChanged(area, by: caller), in: transaction)
        }
    }
}
