import Portico

/// The first page: how the warehouse stands now.
struct DashboardRoutes: Sendable {
    let services: BagTrackingServices
    let stats: StatsReader

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
    private func page(_ context: RequestContext) async throws -> DashboardPage {
        let caller = try BagCaller(context)
        let catalog = try await services.presentCatalog()
        let stock = await block { [stats] in try stats.stats(area: caller.areaCode, in: $0) }
        let today = await block { reading in
            let date = TimeZoneOffset.india.date(of: context.now)
            return DashboardPage.Today(try ActivityReader.hours(of: date, area: caller.areaCode, in: reading))
        }
        let latest = await block { reading in
            try ScanLog(reading).page(
                ScanFilter(areaCode: caller.areaCode), before: nil, limit: DashboardRoutes.shownScans)
        }
        let findings = await block { try GateReader($0).openFindings(area: caller.areaCode) }
        let areas = caller.areaCode.map { [$0] } ?? catalog.areas.filter(\.isActive).map(\.code)
        let window = services.settings.undoWindow
        let company = await Company(presence: services.presence, caller: caller).atWork()
        return DashboardPage(
            frame: try BagFrame(context, catalog), asOf: context.now,
            areaName: caller.areaCode.map { catalog.areaName($0) }, areaCode: caller.areaCode,
            isNew: stock.value?.isEmpty ?? false, today: today, stock: stock.map { DashboardPage.Stock($0) },
            latest: latest.map { $0.items.map { ScanLine($0, for: caller, catalog, window: window) } },
            company: company,
            extras: stock.value.map { DashboardPage.Extra.bills($0, findings: findings.value ?? 0) } ?? [],
            topics: ["stats"] + areas.prefix(DashboardRoutes.topics - 1).map { "area:\($0)" })
    }

    private func block<Value: Sendable>(
        _ read: @escaping @Sendable (Reading) throws -> Value
    ) async -> PageBlock<Value> {
        do {
            return .ready(try await services.database.read(read))
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

extension DashboardPage.Extra {
    /// Bills that are under way, by state; none before the first bill.
    static func bills(_ stats: Stats, findings: Int) -> [DashboardPage.Extra] {
        guard Stats.billStates.contains(where: { stats.bills($0) > 0 }) else { return [] }
        let shown: [(state: String, label: String, tone: Tone)] = [
            ("open", "Open bills", .info), ("completed", "Completed bills", .good), ("loading", "At the gate", .warn),
            ("dispatched", "On the road", .good),
        ]
        let byState = shown.map { state, label, tone in
            let count = stats.bills(state)
            return DashboardPage.Extra(
                label: label, value: count, href: PageAddress("/bags/bills", ["state": state]).text,
                tone: count > 0 ? tone : .neutral, liveKey: "bills.\(state)")
        }
        let foreign = DashboardPage.Extra(
            label: "Open findings", value: findings,
            href: PageAddress("/bags/bills", ["findings": "true"]).text, detail: "Sacks at the gate not on their bill",
            tone: findings > 0 ? .bad : .neutral)
        return byState + [foreign]
    }
}
