import Portico

/// The first page: how the warehouse stands now.
struct DashboardRoutes: Sendable {
    let services: BagTrackingServices
    let stats: StatsReader
    var copies = DashboardCopies(in: CacheRegistry())

    private static let shownScans = 10
    /// A stream follows at most so many topics.
    private static let topics = 20

    var routes: [Route] {
        [
            .page(
                .get, "/", "dashboardPage", "How the warehouse stands", access: .permission("stats.read"),
                limit: BagLimits.read
            ) { (context: RequestContext, _: NoInput) -> PageReply in
                try await page(context).reply()
            }
        ]
    }

    /// Each block is read by itself: one that fails leaves the others as they are.
    func page(_ context: RequestContext) async throws -> DashboardPage {
        let caller = try BagCaller(context)
        let (catalog, stock, versions) = try await base(caller)
        let area = caller.areaCode
        let day = DashboardCopies.Day(area: area, date: TimeZoneOffset.india.date(of: context.now))
        let today = await todayBlock(day, versions?.activity)
        let latest = await block(copies.latest, area ?? "", versions?.figures) { reading in
            try ScanLog(reading).page(ScanFilter(areaCode: area), before: nil, limit: DashboardRoutes.shownScans)
        }
        // Imports go on without any figure of an area.
        let showsImports = caller.may("import.run")
        let watch = await block(copies.watch, area ?? "", showsImports ? nil : versions?.figures) { reading in
            try Watchfulness.read(area: area, at: context.now, showsImports: showsImports, in: reading)
        }
        let areas = caller.areaCode.map { [$0] } ?? catalog.areas.filter(\.isActive).map(\.code)
        let window = services.settings.undoWindow
        let company = await Company(presence: services.presence, caller: caller).atWork()
        return DashboardPage(
            frame: try BagFrame(context, catalog), asOf: context.now,
            areaName: caller.areaCode.map { catalog.areaName($0) }, areaCode: caller.areaCode,
            isNew: stock.value?.isEmpty ?? false, today: today,
            stock: stock.map { DashboardPage.Stock($0) },
            latest: latest.map { $0.items.map { ScanLine($0, for: caller, catalog, window: window) } },
            company: company,
            bills: stock.map { DashboardPage.Bills.underWay($0) }, watch: watch,
            topics: topics(of: caller, areas))
    }

    /// What the page follows: the figures, the imports where they are shown, and as many areas as a stream takes.
    private func topics(of caller: BagCaller, _ areas: [String]) -> [String] {
        let first = caller.may("import.run") ? ["stats", LiveTopics.imports] : ["stats"]
        return first + areas.prefix(DashboardRoutes.topics - first.count).map { LiveTopics.area($0) }
    }

    /// Areas with their names, and the figures, after one look at the versions of both.
    private func base(
        _ caller: BagCaller
    ) async throws -> (catalog: Catalog, stock: PageBlock<Stats>, versions: DashboardCopies.Versions?) {
        do {
            let (services, stats) = (services, stats)
            return try await services.database.read { reading in
                let versions = try DashboardCopies.Versions.read(area: caller.areaCode, in: reading)
                let catalog = try services.catalog.catalog(version: versions?.catalog ?? 0, in: reading)
                let figures = try? stats.figures(
                    area: caller.areaCode, version: versions?.figures ?? 0, in: reading)
                let stock: PageBlock<Stats> = if let figures { .ready(figures.stats) } else { .failed }
                return (catalog, stock, versions)
            }
        } catch {
            return (try await services.presentCatalog(), .failed, nil)
        }
    }

    private func todayBlock(_ day: DashboardCopies.Day, _ version: Int64?) async -> PageBlock<HTML> {
        do {
            return .ready(try await copies.today.html(for: day, version: version, in: services.database))
        } catch {
            return .failed
        }
    }

    /// What a block shows: the copy of this version, or read now and kept as that. A version that was read before is at
    /// most older than what is read now.
    /// - Parameter version: nil for what is read each time.
    private func block<Key: Hashable & Sendable, Value: Sendable>(
        _ copies: VersionedCopies<Key, Value>, _ key: Key, _ version: Int64?,
        _ read: @escaping @Sendable (Reading) throws -> Value
    ) async -> PageBlock<Value> {
        if let version, let known = copies.value(for: key, version: version) { return .ready(known) }
        let moment = copies.moment
        do {
            let value = try await services.database.read(read)
            guard let version else { return .ready(value) }
            return .ready(copies.keep(value, for: key, version: version, since: moment))
        } catch {
            return .failed
        }
    }
}

extension PageBlock {
    /// What was read; nil when it could not be.
    var value: Value? {
        if case .ready(let value) = self { value } else { nil }
    }

    /// The same block with something made of what was read.
    func map<Other: Sendable>(_ make: (Value) -> Other) -> PageBlock<Other> {
        switch self {
        case .ready(let value): .ready(make(value))
        case .failed: .failed
        }
    }
}

extension DashboardPage.Stock {
    /// Sacks and bags by state.
    init(_ stats: Stats) {
        self.init(
            empty: stats.parents(.empty), filling: stats.parents(.filling), full: stats.parents(.full),
            linked: stats.children(.linked), loose: stats.children(.loose), retired: stats.retired)
    }
}

extension DashboardPage.Today {
    /// The day so far, from its hours. Only bags count: scans of sacks make a sack current and nothing more.
    init(_ hours: [ActivityReader.Hour]) {
        let bags = hours.filter { $0.kind == .child }
        func sum(_ outcome: String) -> Int { bags.filter { $0.outcome == outcome }.reduce(0) { $0 + $1.count } }
        var byHour = [Int](repeating: 0, count: 24)
        for hour in bags where hour.outcome == "linked" && byHour.indices.contains(hour.hour) {
            byHour[hour.hour] += hour.count
        }
        let undone = sum("undone")
        self.init(
            linked: max(0, sum("linked") - undone), duplicate: sum("duplicate"), rejected: sum("rejected"),
            undone: undone, byHour: byHour)
    }
}

extension DashboardPage.Bills {
    /// Bills that are under way, by state; none before the first bill.
    static func underWay(_ stats: Stats) -> [DashboardPage.Bills] {
        guard Stats.billStates.contains(where: { stats.bills($0) > 0 }) else { return [] }
        let shown: [(state: String, label: String, tone: Tone)] = [
            ("open", "Open bills", .info), ("completed", "Completed bills", .good), ("loading", "At the gate", .warn),
            ("dispatched", "On the road", .good),
        ]
        return shown.map { state, label, tone in
            DashboardPage.Bills(state: state, label: label, count: stats.bills(state), tone: tone)
        }
    }
}
