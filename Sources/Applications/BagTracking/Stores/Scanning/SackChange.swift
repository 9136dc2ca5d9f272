import Portico

/// Another number of bags in a locked sack: its row and its counters.
struct SackChange {
    let sack: BagRow
    let load: ParentLoad

    init(_ sack: BagRow, to load: ParentLoad) {
        self.sack = sack
        self.load = load
    }

    /// The sack's row as it is afterwards.
    func row(at now: Instant) -> BagRow {
        var row = sack
        row.load = load
        row.updatedAt = now
        return row
    }

    /// - Throws: ``SQLError``.
    func write(in transaction: Transaction, counters: inout CounterChanges, at now: Instant) throws {
        try transaction.executeLater(
            "bags.count",
            """
            UPDATE bags SET child_count = \(load.childCount), status = \(load.status), updated_at = \(now)
            WHERE id = \(sack.id)
            """)
        guard let before = sack.load else { return }
        counters.move(
            from: (.parents(before.status), sack.areaCode), to: (.parents(load.status), sack.areaCode))
    }
}
