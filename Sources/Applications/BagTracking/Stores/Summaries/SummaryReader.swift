import Portico

/// Reads daily summaries. What was done in a day that is over is kept for a while, as it never changes; the bills of the
/// day are shown as they are now and read each time.
struct SummaryReader: Sendable {
    let services: BagTrackingServices
    private let closed: Cache<ClosedDay, DayActs>

    /// What is kept of a day: who asks only matters where it narrows the answer.
    private struct ClosedDay: CacheKey {
        let subject: SummarySubject

        var cacheText: String {
            let user = subject.scope.userID.map { String($0) } ?? "all"
            return "\(subject.day.date.text)/\(user)/\(subject.areaCode ?? "")"
        }
    }

    init(services: BagTrackingServices, caches: CacheRegistry) {
        self.services = services
        var policy = CachePolicy("bags.daily_summary", ttl: .minutes(10))
        policy.capacity = CacheCapacity(entries: 2000)
        closed = Cache(policy, in: caches)
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
        let (known, knownBefore) = (kept(subject), isCompared ? kept(subject.before) : nil)
        let services = services
        let found = try await services.database.read(.present) { reading in
            let catalog = try services.catalog.catalog(in: reading)
            let reader = DayActsReader(session: reading, catalog: catalog.products)
            let acts = try known ?? reader.acts(of: subject)
            let before = isCompared ? try knownBefore ?? reader.acts(of: subject.before) : nil
            let summary = DailySummary(
                subject: subject, isFinal: subject.day.isOver(at: now), acts: acts,
                bills: try SummaryReader.bills(of: subject, in: reading),
                names: try SummaryReader.names(acts.byUser.map(\.id), in: reading))
            return Found(summary: summary, before: before, catalog: catalog)
        }
        try await keep(found.summary.acts, of: subject, at: now)
        if let before = found.before { try await keep(before, of: subject.before, at: now) }
        return found
    }

    /// What was done in a day.
    /// - Throws: ``SQLError``.
    func acts(of subject: SummarySubject, at now: Instant) async throws -> DayActs {
        if let known = kept(subject) { return known }
        let acts = try await services.database.read(.present) { [services] reading in
            let products = try services.catalog.catalog(in: reading).products
            return try DayActsReader(session: reading, catalog: products).acts(of: subject)
        }
        try await keep(acts, of: subject, at: now)
        return acts
    }

    private func kept(_ subject: SummarySubject) -> DayActs? {
        closed.value(for: ClosedDay(subject: subject))
    }

    /// Keeps the acts of a day to which nothing can be added any more.
    private func keep(_ acts: DayActs, of subject: SummarySubject, at now: Instant) async throws {
        guard subject.day.isSettled(at: now) else { return }
        _ = try await closed.value(for: ClosedDay(subject: subject)) { _ in acts }
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
