extension DataMove {
    /// Foreign keys are made again, which checks every row; numbers go on after the highest ever given.
    func finish(_ tables: [TableShape], _ teller: MoveTeller) async throws {
        let given = try await givenNumbers()
        try await change { transaction in
            let links = try MoveLedger.links(in: transaction)
            teller.begin(.linking, tables: tables.count, done: 0, of: links.count)
            for link in links {
                teller.enter(link.table, place: 0)
                try ForeignKeys.restore(link, in: transaction)
                teller.add(1)
            }
            for table in tables { try DataMove.advance(table, past: given[table.name] ?? 0, in: transaction) }
            // Without names it would be every table of the server's database, and wait for those of others.
            let names = tables.map(\.quotedName).joined(separator: ", ")
            try transaction.execute("move.analyze", SQL(trusted: "ANALYZE \(names)"))
            try MoveLedger.pass(from: .copying, to: .comparing, in: transaction)
        }
    }

    /// The highest numbers that SQLite remembers of tables that never give one twice.
    private func givenNumbers() async throws -> [String: Int64] {
        try await source.read { reading in
            let kept = try reading.scalar(
                "move.counted", "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'", as: Int.self)
            guard kept != nil else { return [:] }
            let rows = try reading.all("move.given", "SELECT name, seq FROM sqlite_sequence") {
                (try $0[0] as String, try $0[1] as Int64)
            }
            return Dictionary(rows, uniquingKeysWith: { first, _ in first })
        }
    }

    private static func advance(_ table: TableShape, past given: Int64, in transaction: Transaction) throws {
        let columns = try transaction.all(
            "move.identities",
            """
            SELECT column_name::text FROM information_schema.columns WHERE table_schema = current_schema()
                AND table_name = \(table.name) AND (is_identity = 'YES' OR column_default LIKE 'nextval(%')
            """
        ) { try $0[0] as String }
        for column in columns {
            let highest = SQL(
                trusted: "SELECT coalesce(max(\(TableShape.quoted(column))), 0) FROM \(table.quotedName)")
            let value = max(given, try transaction.scalar("move.highest", highest, as: Int64.self) ?? 0)
            guard value > 0 else { continue }
            try transaction.execute(
                "move.advance",
                "SELECT setval(pg_get_serial_sequence(\(table.quotedName), \(column)), CAST(\(value) AS BIGINT))")
        }
    }

    /// Counts and digests of every table, on both sides.
    func compare(_ tables: [TableShape], _ teller: MoveTeller) async throws -> [Table] {
        let totals = try await source.readAtLength { reading in try tables.map { try $0.count(in: reading) } }
        teller.begin(.comparing, tables: tables.count, done: 0, of: 2 * totals.reduce(0, +))
        var compared: [Table] = []
        for (place, table) in tables.enumerated() {
            try Task.checkCancellation()
            teller.enter(table.name, place: place + 1)
            let own = try await source.readAtLength { reading in
                try TableDigest.of(table, in: reading) { teller.add($0) }
            }
            let other = try await target.readAtLength { reading in
                try TableDigest.of(table, in: reading) { teller.add($0) }
            }
            let line = Table(
                name: table.name, rows: own.rows, arrived: other.rows, digest: own.text, arrivedDigest: other.text)
            teller.compared(line)
            compared.append(line)
            try await afterStep()
        }
        return compared
    }
}
