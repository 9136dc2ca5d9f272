import PorticoPages
import PorticoSQL
import PorticoTelemetry

extension DatabasePage {
    /// What is wrong with the connections, above everything else.
    var warnings: HTML? {
        let notices = pools.compactMap { scarcity(of: $0) } + [overdrawn].compactMap(\.self)
        return notices.isEmpty ? nil : "<div class=\"notices\">\(notices)</div>"
    }

    /// Whether the database's server is on this machine: only there do reads have a pool of their own beside transactions'.
    private var isLocal: Bool { pools.contains { $0.name == "read" } }

    private func scarcity(of pool: PoolStanding) -> Notice? {
        guard let level = pool.load?.level, level != .calm else { return nil }
        let setting = PoolAdvice.setting(of: pool.name, isLocal: isLocal).map { " If it stays so, raise \($0)." }
        return Notice(
            "Connections of \(pool.name) are becoming scarce", tone: level == .full ? .bad : .warn,
            detail: """
                \(level.rawValue) % or more of its \(pool.status.capacity) were at work for ten seconds of the last \
                minutes. Callers wait when none is free, and get 503 when they wait too long.\(setting)
                """)
    }

    /// Nodes that together may take more connections than the server gives.
    private var overdrawn: Notice? {
        guard case .ready(let inspection) = inspection, let connections = inspection.examination.connections,
            let nodes = inspection.nodes, nodes * connections.perNode > connections.limit
        else { return nil }
        return Notice(
            "The server gives fewer connections than the nodes may take", tone: .warn,
            detail: """
                \(nodes) of up to \(connections.perNode) each make \(nodes * connections.perNode); the server gives \
                \(connections.limit). Lower database.pool_overflow, or raise the server's max_connections.
                """)
    }

    var poolTable: HTML {
        let columns: [DataTable.Column] = [
            .init("Pool"), .init("At work", .number), .init("Free", .number), .init("Waiting", .number),
            .init("At most", .number), .init("Waited p50 · p95 · p99"),
        ]
        let rows = pools.map { pool -> DataTable.Row in
            let (status, waits) = (pool.status, pool.waits)
            let waited = waits.count == 0 ? "nobody came yet" : LatencySpread(waits.p50, waits.p95, waits.p99).html
            return DataTable.Row([
                "<span class=\"code\">\(pool.name)</span>\(DatabasePage.badge(pool))", "\(status.inUse)",
                "\(status.idle)", "\(status.waiting)", "\(status.capacity)", waited,
            ])
        }
        return "\(DataTable(caption: "Connections", columns: columns, rows: rows))\(serverLine)"
    }

    private static func badge(_ pool: PoolStanding) -> HTML {
        guard let level = pool.load?.level, level != .calm else { return .empty }
        return " \(Badge("\(level.rawValue) % at work", tone: level == .full ? .bad : .warn))"
    }

    private var serverLine: HTML? {
        guard case .ready(let inspection) = inspection, let connections = inspection.examination.connections else {
            return nil
        }
        let nodes =
            inspection.nodes.map { $0 == 1 ? "one works" : "\($0) work" } ?? "how many work is not known"
        return """
            <p class="note">The server gives \(connections.limit) connections, \(connections.open) of them are open. A \
            node takes up to \(connections.perNode); \(nodes) on this database.</p>
            """
    }

    var advice: HTML {
        let (connections, nodes): (ServerConnections?, Int?) =
            switch inspection {
            case .ready(let inspection): (inspection.examination.connections, inspection.nodes)
            case .failed: (nil, nil)
            }
        let advice = pools.compactMap { PoolAdvice($0, connections: connections, nodes: nodes, isLocal: isLocal) }
        guard advice.contains(where: { $0.verdict != .tooQuiet }) else {
            return EmptyState(
                "Not enough traffic yet",
                detail: "After \(PoolAdvice.enoughTraffic) transactions or reads within five minutes there is advice.",
                icon: .ring
            ).html
        }
        let columns: [DataTable.Column] = [
            .init("Pool"), .init("A second", .number), .init("Held for", .number), .init("At work", .number),
            .init("Busiest 10 s", .number), .init("Enough", .number), .init("Has", .number), .init("Advice"),
        ]
        let table = DataTable(caption: "What the pools need", columns: columns, rows: advice.map(DatabasePage.line))
        return """
            \(table)<p class="note">From the last five minutes. What comes a second times how long it holds a connection is \
            how many are at work on average (Little’s law). Enough is what 99 of 100 moments need at the rate of the \
            busiest ten seconds, for work that comes independently.</p>
            """
    }

    private static func line(_ advice: PoolAdvice) -> DataTable.Row {
        let load = advice.load
        let figures: [HTML] =
            advice.verdict == .tooQuiet
            ? [.empty, .empty, .empty, .empty, .empty]
            : [
                "\(decimal(load.perSecond))", LatencyText(load.holdNanoseconds).html, "\(decimal(load.inUse))",
                "\(decimal(load.busiestInUse))", "\(advice.needed)",
            ]
        return DataTable.Row(
            ["<span class=\"code\">\(advice.pool)</span>"] + figures + ["\(advice.capacity)", "\(advice.words)"])
    }

    /// One decimal: `12.4`; two below one, where they matter: `0.04`.
    private static func decimal(_ number: Double) -> String {
        let hundredths = Int((number * 100).rounded())
        let tenths = Int((number * 10).rounded())
        guard number < 1 else { return "\(GroupedNumber(tenths / 10).text).\(tenths % 10)" }
        return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
    }

    // MARK: - The database itself

    var standing: HTML {
        inspection.section("database-now", title: "How the database is", address: frame.address("/sql")) { inspection in
            let findings = inspection.examination.findings
            guard !findings.isEmpty else {
                return EmptyState("Nothing is known of it", detail: "This engine does not tell.", icon: .info).html
            }
            let rows = findings.map { finding in
                DataTable.Row([
                    "\(finding.subject)",
                    finding.isFine ? "\(finding.value)" : "\(Badge("Look", tone: .warn)) \(finding.value)",
                    "\(finding.advice)",
                ])
            }
            let columns: [DataTable.Column] = [.init("What"), .init("Found"), .init("What it means")]
            return DataTable(caption: "How the database is", columns: columns, rows: rows).html
        }
    }
}
