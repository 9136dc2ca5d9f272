import Portico

/// Reads daily summaries. What was done is kept for a while as far as nothing can be added to it, so that a summary costs
/// what was done since the last one and not what was done in the day; the bills of the day are shown as they are now and
/// read each time.
struct SummaryReader: Sendable {
    /// After how long everything is read again.
    private static let keeping = Span.minutes(10)

    let services: BagTrackingServices
    private let parts: Cache<Part, SettledActs>

    /// What is kept of a day: who asks only matters where it narrows the answer.
    private struct Part: CacheKey {
        let subject: SummarySubject
        let until: Instant

        var cacheText: String {
            let user = subject.scope.userID.map { String($0) } ?? "all"
            return "\(until.milliseconds)/\(subject.day.date.text)/\(user)/\(subject.areaCode ?? "")"
        }
    }

    init(services: BagTrackingServices, caches: CacheRegistry) {
        self.services = services
        var policy = CachePolicy("bags.daily_summary", ttl: SummaryReader.keeping)
        policy.capacity = CacheCapacity(entries: 2000)
        parts = Cache(policy, in: caches)
    }

    /// A day, the acts of the day before where they were asked for, and the catalog of the same snapshot.
    struct Found: Sendable {
        let summary: DailySummary
        let before: DayActs?
        let catalog: Catalog
    }

    /// The summary of a day as it is now, in one snapshot and at most five statements.
    /// - Throws: ``SQLError``.
    func find(
        _ subject: SummarySubject, comparing isCompared: Bool = false, at now: Instant
    ) async throws -> Found {
        let (known, knownBefore) = (known(subject, at: now), isCompared ? known(subject.before, at: now) : nil)
        let services = services
        let (found, news) = try await services.database.read(.present) { reading in
            let catalog = try services.catalog.catalog(in: reading)
            let reader = DayActsReader(session: reading, catalog: catalog.products)
            let acts = try SummaryReader.count(subject, after: known, at: now, reader)
            let before = try knownBefore.map { try SummaryReader.count(subject.before, after: $0, at: now, reader) }
            let summary = DailySummary(
                subject: subject, isFinal: subject.day.isOver(at: now), acts: acts.all,
                bills: try SummaryReader.bills(of: subject, in: reading),
                names: try SummaryReader.names(acts.all.byUser.map(\.id), in: reading))
            let found = Found(summary: summary, before: before?.all, catalog: catalog)
            return (found, (day: acts.settled, before: before?.settled))
        }
        try await keep(news.day, of: subject)
        try await keep(news.before, of: subject.before)
        return found
    }

    /// What was done in a day.
    /// - Throws: ``SQLError``.
    func acts(of subject: SummarySubject, at now: Instant) async throws -> DayActs {
        let known = known(subject, at: now)
        let acts = try await services.database.read(.present) { [services] reading in
            let products = try services.catalog.catalog(in: reading).products
            let reader = DayActsReader(session: reading, catalog: products)
            return try SummaryReader.count(subject, after: known, at: now, reader)
        }
        try await keep(acts.settled, of: subject)
        return acts.all
    }

    /// The latest part of a day that is kept; nothing of it where there is none.
    private func known(_ subject: SummarySubject, at now: Instant) -> SettledActs {
        var until = subject.day.settled(at: now)
        let earliest = until - SummaryReader.keeping
        while until >= earliest {
            let part = parts.glance(at: Part(subject: subject, until: until))
            if let part, part.begun <= now, now - part.begun < SummaryReader.keeping { return part }
            until = until - WarehouseDay.step
        }
        return SettledActs(until: subject.day.from, begun: now)
    }

    /// What was done in a day, and the part of it that can be kept, if there is more of it than before.
    private static func count(
        _ subject: SummarySubject, after known: SettledActs, at now: Instant, _ reader: DayActsReader<Reading>
    ) throws -> (all: DayActs, settled: SettledActs?) {
        guard known.until < subject.day.to else { return (known.acts, nil) }
        let counted = try reader.acts(of: subject, after: known, settled: subject.day.settled(at: now))
        return (counted.all, counted.settled.until > known.until ? counted.settled : nil)
    }

    /// Keeps the acts of a part of a day to which nothing can be added any more.
    private func keep(_ acts: SettledActs?, of subject: SummarySubject) async throws {
        guard let acts else { return }
        _ = try await parts.value(for: Part(subject: subject, until: acts.until)) { _ in acts }
    }

    private static func bills(of subject: SummarySubject, in reading: Reading) throws -> [DailySummary.Bill] {
        let area: SQL = subject.areaCode.map { "AND area_code = \($0)" } ?? ""
        let owner: SQL = subject.scope.userID.map { "AND created_by = \($0)" } ?? ""
        return try reading.all(
            "summaries.bills",
            """
            SELECT id, code, state, linked_count, child_count, actual_weight_grams, expected_weight_grams, created_at
            FROM bills WHERE created_at >= \(subject.day.from) AND created_at < \(subject.day.to) \(area) \(owner)
            ORDER BY created_at, id
            """
        ) { row in
            DailySummary.Bill(
                id: try row[0], code: try row[1], state: try row[2],
                totals: BillTotals(
                    linkedCount: try row[3], childCount: try row[4], actualWeightGrams: try row[5],
                    expectedWeightGrams: try row[6]), createdAt: try row[7])
        }
    }

    private static func names(_ ids: [Int64], in reading: Reading) throws -> [Int64: String] {
        guard let first = ids.first else { return [:] }
        let list = ids.dropFirst().reduce("\(first)" as SQL) { $0 + ", \($1)" }
        let found = try reading.all("summaries.names", "SELECT id, name FROM accounts WHERE id IN (\(list))") {
            (try $0[0] as Int64, try $0[1] as String)
        }
        return Dictionary(found, uniquingKeysWith: { first, _ in first })
    }
}
