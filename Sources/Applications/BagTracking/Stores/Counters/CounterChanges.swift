import Portico

/// What one transaction changes about the counters, collected and written at once (rule R38).
///
/// Every connection of PostgreSQL adds to rows of its own, its shard, so that no writer waits for another because of
/// them; reading sums the shards. SQLite has one writer and one shard.
struct CounterChanges: Sendable {
    /// One counter of one area; the empty area for what belongs to none.
    struct Key: Sendable, Hashable, Comparable {
        let area: String
        let name: CounterName

        /// As operators and administrators read it.
        var spoken: String { "\(area.isEmpty ? "no area" : area), \(name.text)" }

        static func < (left: Key, right: Key) -> Bool {
            (left.area, left.name) < (right.area, right.name)
        }
    }

    private var deltas: [Key: Int64] = [:]
    private var touched: Set<String> = []

    /// Adds to a counter.
    mutating func add(_ name: CounterName, in area: String?, by delta: Int = 1) {
        deltas[Key(area: area ?? "", name: name), default: 0] += Int64(delta)
    }

    /// Raises the version of an area for something that is shown beside its figures and not counted.
    mutating func touch(_ area: String) {
        touched.insert(area)
    }

    /// A sack is in another state, or in another area, than before; nil for a side that is not.
    mutating func move(
        from old: (name: CounterName, area: String)?, to new: (name: CounterName, area: String)?, count: Int = 1
    ) {
        if let old { add(old.name, in: old.area, by: -count) }
        if let new { add(new.name, in: new.area, by: count) }
    }

    /// Raises the versions of all areas, for something that is shown in any of them: the name of a person.
    /// - Throws: ``SQLError``.
    static func touchAll(in transaction: Transaction) throws {
        var changes = CounterChanges()
        changes.touch("")
        for area in try transaction.all("areas.codes", "SELECT code FROM areas", { try $0[0] as String }) {
            changes.touch(area)
        }
        try changes.write(in: transaction)
    }

    /// Writes the changes and raises the version of every area they touch.
    /// - Throws: ``SQLError``.
    func write(in transaction: Transaction) throws {
        var changes = deltas.filter { $0.value != 0 }
        for area in touched.union(changes.keys.map(\.area)) { changes[Key(area: area, name: .version)] = 1 }
        let ordered = changes.sorted { $0.key < $1.key }
        guard let first = ordered.first else { return }
        let shard = CounterChanges.shard(transaction.dialect)
        var rows: SQL = "(\(first.key.area), \(first.key.name.text), \(shard), \(first.value))"
        for (key, delta) in ordered.dropFirst() {
            rows += ", (\(key.area), \(key.name.text), \(shard), \(delta))"
        }
        try transaction.executeLater(
            "counters.add",
            """
            INSERT INTO counters (area_code, name, shard, value) VALUES \(rows)
            ON CONFLICT (area_code, name, shard) DO UPDATE SET value = counters.value + excluded.value
            """)
    }

    /// The shard of this connection. Numbers of backends come again; what they find then is theirs to add to.
    private static func shard(_ dialect: Dialect) -> SQL {
        switch dialect {
        case .sqlite: "0"
        case .postgresql: "pg_backend_pid()"
        }
    }
}
