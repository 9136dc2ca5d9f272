extension DataMove {
    /// Copies what has not arrived, and makes the foreign keys.
    func copy(_ tables: [TableShape], _ arrived: [MoveLedger.Entry], _ teller: MoveTeller) async throws {
        let totals = try await source.readAtLength { reading in try tables.map { try $0.count(in: reading) } }
        var entries = arrived
        teller.begin(
            .copying, tables: tables.count, done: arrived.reduce(0) { $0 + $1.digest.rows }, of: totals.reduce(0, +))
        for (place, table) in tables.enumerated() where !entries[place].isDone {
            teller.enter(table.name, place: place + 1)
            while !entries[place].isDone { entries[place] = try await copyBatch(of: table, entries[place], teller) }
        }
        try await finish(tables, teller)
    }

    /// What the target remembers of each table of the source, by name.
    func entries() async throws -> [MoveLedger.Entry] {
        let names = Set(try await source.read { try TableShape.all(in: $0) }.map(\.name))
        let entries = try await target.read { try MoveLedger.entries(in: $0) }
        let strange = names.symmetricDifference(entries.map(\.name)).sorted()
        guard strange.isEmpty else {
            throw DataMoveRefusal.changed("it has other tables, \(strange.joined(separator: ", "))")
        }
        return entries.sorted { $0.name < $1.name }
    }

    // MARK: - Going on

    /// Refuses to go on where something else than this move has changed the target or the source.
    func refuseChanges(_ tables: [TableShape], _ entries: [MoveLedger.Entry], _ teller: MoveTeller) async throws {
        try await refuseForeignRows(tables, entries)
        try await refuseChangedSource(tables, entries, teller)
    }

    private func refuseForeignRows(_ tables: [TableShape], _ entries: [MoveLedger.Entry]) async throws {
        try await change { transaction in
            for (table, entry) in zip(tables, entries) {
                let rows = try table.count(in: transaction)
                guard rows != entry.digest.rows else { continue }
                throw DataMoveRefusal(
                    description: """
                        the target holds \(rows) rows in \(table.name), of which this move has written \
                        \(entry.digest.rows): somebody else wrote to it; drop the target's schema and move again
                        """)
            }
        }
    }

    /// What has arrived must be what the source still holds, up to the row that came last, or to the end where a table was
    /// done: else rows of two moments would stand beside each other.
    private func refuseChangedSource(
        _ tables: [TableShape], _ entries: [MoveLedger.Entry], _ teller: MoveTeller
    ) async throws {
        let rows = entries.reduce(0) { $0 + $1.digest.rows }
        if rows > 0 { teller.begin(.checking, tables: tables.count, done: 0, of: rows) }
        for (place, (table, entry)) in zip(tables, entries).enumerated() where entry.isDone || entry.digest.rows > 0 {
            if rows > 0 { teller.enter(table.name, place: place + 1) }
            let digest = try await source.readAtLength { reading in
                try TableDigest.of(table, upTo: entry.isDone ? nil : entry.lastKey, in: reading) { teller.add($0) }
            }
            guard digest == entry.digest else {
                throw DataMoveRefusal.changed("rows of \(table.name) that have been copied are not what they were")
            }
        }
    }

    // MARK: - Batches

    private func copyBatch(
        of table: TableShape, _ entry: MoveLedger.Entry, _ teller: MoveTeller
    ) async throws -> MoveLedger.Entry {
        let batch = try await batch(of: table, after: entry.lastKey)
        var next = entry
        next.digest.add(batch.digest)
        next.isDone = batch.isLast
        if !batch.rows.isEmpty { next.lastKey = batch.key }
        try await change { [next] transaction in
            try MoveLedger.advance(entry, to: next, in: transaction)
            guard !batch.rows.isEmpty else { return }
            _ = try transaction.bulkInsert(
                "move.load", into: table.name, columns: table.columns, rows: batch.rows)
        }
        teller.add(batch.rows.count)
        return next
    }

    /// Rows in the order of the key.
    private struct Batch: Sendable {
        var rows: [[SQLValue]] = []
        var digest = TableDigest()
        /// The key of the last of them.
        var key: [SQLValue] = []
        /// Bytes of the values, about.
        var bytes = 0
        var isLast = true
    }

    /// Ends the reading of a batch.
    private struct BatchIsFull: Error {}

    /// The next rows.
    private func batch(of table: TableShape, after last: [SQLValue]) async throws -> Batch {
        try await source.readAtLength { [batchRows, batchBytes] reading in
            var statement = SQL(trusted: "SELECT \(table.quotedColumns), \(table.quotedKey) FROM \(table.quotedName)")
            if !last.isEmpty { statement += table.whereKey(">", last) }
            statement += SQL(trusted: " ORDER BY \(table.quotedKey) LIMIT \(batchRows + 1)")
            var batch = Batch()
            let count = table.columns.count
            do {
                try reading.each("move.read", statement) { row in
                    guard batch.rows.count < batchRows, batch.bytes < batchBytes else { throw BatchIsFull() }
                    let values = try (0..<count).map { try row.value($0) }
                    batch.bytes += values.reduce(0) { $0 + $1.size }
                    batch.digest.add(values)
                    batch.rows.append(values)
                    batch.key = try (count..<(count + table.key.count)).map { try row.value($0) }
                }
            } catch is BatchIsFull {
                batch.isLast = false
            }
            return batch
        }
    }
}

extension DataMoveRefusal {
    /// The source is not what it was when the move began.
    fileprivate static func changed(_ how: String) -> DataMoveRefusal {
        DataMoveRefusal(
            description: """
                the source has changed since the move began: \(how); put it back as it was, or drop the target's schema \
                and move again
                """)
    }
}

extension SQLValue {
    /// Bytes that it takes, about.
    fileprivate var size: Int {
        switch self {
        case .null, .integer, .real: 16
        case .text(let text): 16 + text.utf8.count
        case .blob(let bytes): 16 + bytes.count
        }
    }
}
