import PorticoPages
import PorticoSQL
import PorticoTelemetry

/// `/ops/sql`: which statements ran and how long they took, how the connections are used, and how the database stands.
///
/// It is not read again by itself: looking at it asks the database.
struct DatabasePage: ConsolePage {
    /// Statements, and slow ones, that are shown unless all are asked for.
    static let (first, firstSlow) = (50, 20)

    var frame: ConsoleFrame
    var statements: [DatabaseConsole.StatementStanding]
    var order: StatementOrder
    var showsAll: Bool
    var slow: [SlowStatement]
    /// From when on a statement is slow.
    var slowNanoseconds: Int64
    var pools: [PoolStanding]
    var inspection: PageBlock<DatabaseConsole.Inspection>

    var title: String { "Database" }
    var part: ConsolePart { .sql }

    var content: HTML {
        """
        \(PageHeading("Database", subtitle: "As the node that made this page sees it; statements since its start."))\
        \(warnings)<div class="stack">\(tiles)\
        <section class="block" aria-labelledby="pools-title"><h2 id="pools-title">Connections</h2>\
        \(poolTable)</section>\
        <section class="block" aria-labelledby="advice-title"><h2 id="advice-title">What the pools need</h2>\
        \(advice)</section>\(standing)\
        <section class="block" aria-labelledby="slow-title"><h2 id="slow-title">Slow statements</h2>\
        \(slowOnes)</section>\
        <section class="block" aria-labelledby="statements-title"><h2 id="statements-title">Statements</h2>\
        \(statementTable)</section></div>
        """
    }

    private var tiles: HTML {
        func sum(_ count: (DatabaseConsole.StatementStanding) -> Int) -> Int { statements.reduce(0) { $0 + count($1) } }
        let status = pools.map(\.status)
        let (failed, waiting) = (sum(\.statistic.errors), status.reduce(0) { $0 + $1.waiting })
        let limit = LatencyText(slowNanoseconds).text
        let tiles = [
            StatTile(
                "Statements run", value: sum(\.statistic.count), detail: "\(statements.count) by name", icon: .list),
            StatTile("Failed", value: failed, detail: "conflicts and refusals among them", icon: .cross),
            StatTile("Slow", value: slow.reduce(0) { $0 + $1.count }, detail: "longer than \(limit)", icon: .clock),
            StatTile(
                "Connections at work", value: status.reduce(0) { $0 + $1.inUse },
                detail: "of \(status.reduce(0) { $0 + $1.capacity })", icon: .link),
            StatTile("Waiting for one", value: waiting, tone: waiting > 0 ? .warn : .neutral, icon: .user),
        ]
        return "<div class=\"tiles\">\(tiles)</div>"
    }

    // MARK: - Statements

    private var statementTable: HTML {
        guard !statements.isEmpty else {
            return EmptyState(
                "No statement has run yet", detail: "Statements appear with the first one that runs on this node.",
                icon: .list
            ).html
        }
        let columns: [DataTable.Column] = [
            .init("Statement"), .init("Calls", .number), .init("Total", .number), .init("p50 · p95 · p99"),
            .init("Rows", .number), .init("Failed", .number), .init("Slow", .number),
        ]
        let shown = showsAll ? statements[...] : statements.prefix(DatabasePage.first)
        let table = DataTable(
            caption: "Statements by \(order.label.lowercased())", columns: columns, rows: shown.map(line))
        return "\(sorting)\(table)\(rest(shown.count))"
    }

    private var sorting: TabBar {
        TabBar(
            label: "Sort statements by",
            tabs: StatementOrder.allCases.map {
                TabBar.Tab($0.label, href: address($0, showsAll: showsAll), isCurrent: $0 == order)
            })
    }

    private func address(_ order: StatementOrder, showsAll: Bool, at place: String = "statements-title") -> String {
        PageAddress(
            frame.address("/sql"),
            ["sort": order == .total ? nil : order.rawValue, "all": showsAll ? "true" : nil]
        ).text + "#\(place)"
    }

    private func rest(_ shown: Int) -> HTML? {
        guard shown < statements.count else { return nil }
        let button = Button("Show all \(statements.count)", href: address(order, showsAll: true))
        return "<div class=\"buttons\">\(button)</div>"
    }

    private func line(_ standing: DatabaseConsole.StatementStanding) -> DataTable.Row {
        let statistic = standing.statistic
        func number(_ count: Int) -> HTML { count == 0 ? .empty : "\(GroupedNumber(count).text)" }
        return DataTable.Row([
            "<span class=\"code\">\(statistic.name)</span>", number(statistic.count),
            LatencyText(statistic.totalNanoseconds).html,
            LatencySpread(statistic.p50, statistic.p95, statistic.p99).html,
            "\(GroupedNumber(statistic.rows).text)", number(statistic.errors), number(standing.slow?.count ?? 0),
        ])
    }

    // MARK: - Slow ones

    private var slowOnes: HTML {
        guard !slow.isEmpty else {
            return EmptyState(
                "No statement was slow",
                detail: "What takes longer than \(LatencyText(slowNanoseconds).text) appears here with its plan.",
                icon: .check
            ).html
        }
        let shown = showsAll ? slow[...] : slow.prefix(DatabasePage.firstSlow)
        return "<div class=\"folds\">\(shown.map(fold))</div>\(restOfSlow(shown.count))"
    }

    private func restOfSlow(_ shown: Int) -> HTML? {
        guard shown < slow.count else { return nil }
        let button = Button("Show all \(slow.count)", href: address(order, showsAll: true, at: "slow-title"))
        return "<div class=\"buttons\">\(button)</div>"
    }

    private func fold(_ statement: SlowStatement) -> HTML {
        let times = statement.count == 1 ? "once" : "\(GroupedNumber(statement.count).text) times"
        let plan: HTML =
            statement.plan.isEmpty
            ? "<p class=\"note\">It has no plan.</p>"
            : "<pre class=\"words\" tabindex=\"0\">\(statement.plan.joined(separator: "\n"))</pre>"
        return """
            <details class="fold"><summary>\(Icon.clock)<span>\(statement.name): \
            \(LatencyText(statement.nanoseconds).text), \(times)</span></summary>\
            <div class="stack"><p>Slow for the last time \(frame.time(statement.lastAt)). The plan of its slowest \
            run:</p>\(plan)</div></details>
            """
    }
}
