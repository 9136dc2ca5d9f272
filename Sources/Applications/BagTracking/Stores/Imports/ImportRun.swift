import Portico

/// One run of an import: counts the rows, judges them where that comes first, and writes them part by part (rules R35, R36).
///
/// How far it is stands in the row of the import and changes in the transaction that writes the rows. A run that follows one
/// that was killed goes over the rows that are done, to know of them, and goes on behind them.
struct ImportRun: Sendable {
    /// Rows of the first part.
    private static let firstRows = 100
    /// A part that held the writer longer than this is followed by a smaller one, nanoseconds.
    private static let longHold: Int64 = 30_000_000
    private static let shortHold: Int64 = 12_000_000

    let services: BagTrackingServices
    let record: ImportRecord
    let run: JobRun
    let catalog: Catalog
    let source: FileSource

    private var store: ImportStore { ImportStore(services: services) }
    private var terms: ImportTerms { record.terms }
    private var mostRows: Int { services.settings.importPartRows }

    /// Does all of it.
    /// - Returns: what came of it.
    /// - Throws: ``JobFailure`` for files that can't be taken, `CancellationError`, ``SQLError``.
    func perform() async throws -> ImportCounts {
        let extent = try await measure()
        if terms.isDryRun { return try await judge(extent) }
        var done = record.rowsDone
        if terms.onError == .abort, !record.isChecked {
            let counts = try await judge(extent)
            if counts.errors > 0 {
                throw JobFailure.permanent(
                    "validation_errors",
                    "\(counts.errors) rows have errors, so nothing was written. Correct them, or let good rows be taken."
                )
            }
            try await reset(isChecked: true)
            done = 0
        }
        return try await write(extent, after: done)
    }

    // MARK: - Passes

    /// What the first reading of a file finds.
    private struct Extent {
        var rows = 0
        /// Behind how many rows bags begin that no sack closes: what is left of a sheet.
        var orphans: Set<Int> = []
    }

    private func units(_ orphans: Set<Int> = []) -> ImportUnits {
        let (terms, products, most) = (terms, catalog.products, services.settings.importMostRows)
        return ImportUnits(of: source) { source in
            ImportFeed(try TableFile(source).reader(), terms.kind, mostRows: most, orphans: orphans) {
                (try? ParentReference.parse($0, catalog: products)) != nil
            }
        }
    }

    /// Reads the file to its end before anything is done with it: a damaged or too long one changes nothing.
    private func measure() async throws -> Extent {
        var units = units()
        var extent = Extent()
        while case let batch = try await units.take(mostRows), !batch.isEmpty {
            for unit in batch {
                if unit.row == nil { extent.orphans.insert(extent.rows) }
                extent.rows += unit.count
            }
            try run.checkCancellation()
        }
        try await run.progress(0, of: Int64(extent.rows))
        return extent
    }

    /// Goes over the file without writing anything but errors.
    private func judge(_ extent: Extent) async throws -> ImportCounts {
        try await reset(isChecked: false)
        var feed = units(extent.orphans)
        var judge = ImportJudge(terms, catalog, record.caller(at: run.now))
        var (counts, done) = (ImportCounts(), 0)
        while case let units = try await feed.take(mostRows), !units.isEmpty {
            let present = judge
            let (next, outcome) = try await services.database.read { reading in
                var judge = present
                let outcome = try judge.judge(units, in: reading)
                return (judge, outcome)
            }
            judge = next
            judge.settle()
            let before = counts.errors
            counts.add(outcome.counts)
            done += ImportRun.rows(units)
            try await note(outcome.errors, after: before)
            try await tell(done, extent.rows)
        }
        return counts
    }

    /// Writes the rows behind `start`, part by part.
    private func write(_ extent: Extent, after start: Int) async throws -> ImportCounts {
        var feed = units(extent.orphans)
        var judge = try await recollected(&feed, start)
        var (counts, done) = (start == 0 ? ImportCounts() : record.counts, start)
        var rows = min(ImportRun.firstRows, mostRows)
        while case let units = try await feed.take(rows), !units.isEmpty {
            done += ImportRun.rows(units)
            let part = try await writePart(units, judge, counts, done)
            judge = part.judge
            judge.settle()
            counts = part.counts
            if part.held > ImportRun.longHold { rows = min(mostRows, max(20, rows / 2)) }
            if part.held < ImportRun.shortHold { rows = min(mostRows, rows * 3 / 2) }
            services.metrics.imported(part.outcome.counts, held: part.held)
            try await tell(done, extent.rows)
            try await rest(after: part)
        }
        return counts
    }

    /// Goes over the rows that an earlier run has taken. They end where a part of it ended, which may be within a batch.
    private func recollected(_ feed: inout ImportUnits, _ start: Int) async throws -> ImportJudge {
        var judge = ImportJudge(terms, catalog, record.caller(at: run.now))
        var (done, refused) = (0, 0)
        while done < start {
            let units = try await feed.take(min(mostRows, start - done))
            guard !units.isEmpty else { break }
            let rows = ImportRun.rows(units)
            let (present, before) = (judge, refused)
            (judge, refused) = try await services.database.read { reading in
                var judge = present
                let errors = try store.errors(of: record.jobID, after: before, limit: rows, in: reading)
                let met = try judge.remember(units, refused: errors, in: reading)
                return (judge, before + met)
            }
            judge.settle()
            done += rows
            try run.checkCancellation()
        }
        return judge
    }

    private static func rows(_ units: [ImportUnit]) -> Int { units.reduce(0) { $0 + $1.count } }

    /// Where there is one writer it belongs to the people who scan for as long as it was the import's.
    private func rest(after part: Part) async throws {
        guard services.database.dialect == .sqlite else { return }
        try await Task.sleep(for: .nanoseconds(part.held))
    }

    private struct Part: Sendable {
        let judge: ImportJudge
        let counts: ImportCounts
        let outcome: ImportOutcome
        /// Nanoseconds for which the transaction was open.
        let held: Int64
    }

    private func writePart(
        _ units: [ImportUnit], _ judge: ImportJudge, _ counts: ImportCounts, _ done: Int
    ) async throws -> Part {
        let now = run.now
        let before = done - ImportRun.rows(units)
        return try await ScanStore.retrying {
            try await services.database.write { transaction in
                let began = monotonicNanoseconds()
                var judge = judge
                try save(counts, from: before, to: before, in: transaction)
                let work = BillWork(caller: record.caller(at: now), services: services, transaction: transaction)
                let outcome = try judge.write(units, work)
                var sum = counts
                sum.add(outcome.counts)
                try insert(outcome.errors, after: counts.errors, in: transaction)
                try save(sum, from: before, to: done, in: transaction)
                return Part(
                    judge: judge, counts: sum, outcome: outcome, held: monotonicNanoseconds() - began)
            }
        }
    }

    // MARK: - What is known of it

    private func reset(isChecked: Bool) async throws {
        let id = record.jobID
        try await services.database.write { transaction in
            let changed = try transaction.execute(
                "imports.reset",
                """
                UPDATE imports SET rows_done = 0, counts = '{}', is_checked = \(isChecked)
                WHERE job_id = \(id) AND rows_done = \(record.rowsDone) AND is_checked = \(record.isChecked)
                """)
            guard changed == 1 else { throw ImportTakenOver() }
            try transaction.execute("imports.forget_errors", "DELETE FROM import_errors WHERE job_id = \(id)")
        }
    }

    /// Goes on from what is done, where it is still that: two runs of a job never both write a part. Done before the part too,
    /// so that the second waits for the first and not for one of its bags.
    private func save(_ counts: ImportCounts, from before: Int, to done: Int, in transaction: Transaction) throws {
        let text = String(decoding: counts.json.bytes, as: UTF8.self)
        let changed = try transaction.execute(
            "imports.progress",
            """
            UPDATE imports SET rows_done = \(done), counts = \(text)
            WHERE job_id = \(record.jobID) AND rows_done = \(before)
            """)
        guard changed == 1 else { throw ImportTakenOver() }
    }

    private func note(_ errors: [ImportRowError], after: Int) async throws {
        guard !errors.isEmpty else { return }
        try await services.database.write { try insert(errors, after: after, in: $0) }
    }

    private func insert(_ errors: [ImportRowError], after: Int, in transaction: Transaction) throws {
        guard !errors.isEmpty else { return }
        try transaction.bulkInsert(
            "imports.note_errors", into: "import_errors", columns: ["job_id", "seq"] + ImportRowError.columns,
            rows: errors.enumerated().map { index, error -> [SQLValue] in
                [.integer(record.jobID), .integer(Int64(after + index + 1))] + error.values
            })
    }

    /// Tells how far it is, and ends the run when nobody wants it any more.
    private func tell(_ done: Int, _ total: Int) async throws {
        try await run.progress(Int64(done), of: Int64(total))
    }
}

/// Another run of the same job goes on with the import; this one has changed nothing since.
struct ImportTakenOver: Error, Sendable {}
