import PorticoHTTP
import PorticoPages
import PorticoSQL

extension DatabaseConsole {
    private static let path = "/api/v1/operations"

    /// The routes with which programs of operators see statements, pools and how the database is, for the mount of the
    /// application.
    public func routes(limit: LimitClass = .pages) -> [Route] {
        [listStatements, listPools, listFindings].map { $0.limited(by: limit) }
    }

    private var listStatements: Route {
        .json(
            .get, DatabaseConsole.path + "/statements", "listStatements",
            "The statements that ran on this node since its start, with how long they took",
            access: ConsolePermission.read
        ) { (_: RequestContext, query: StatementQuery) -> Reply<ListAnswer<StatementAnswer>> in
            .ok(ListAnswer(items: statements(by: query.order).map { StatementAnswer($0) }, nextCursor: nil))
        }
    }

    private var listPools: Route {
        .json(
            .get, DatabaseConsole.path + "/pools", "listPools",
            "The database connections of this node: how many are at work, and who waits for one",
            access: ConsolePermission.read
        ) { (_: RequestContext, _: NoInput) -> Reply<ListAnswer<PoolAnswer>> in
            .ok(ListAnswer(items: database.engine.standings.map { PoolAnswer($0) }, nextCursor: nil))
        }
    }

    private var listFindings: Route {
        .json(
            .get, DatabaseConsole.path + "/database", "examineDatabase",
            "How the database stands, asked of it at this moment", access: ConsolePermission.read
        ) { (_: RequestContext, _: NoInput) -> Reply<ListAnswer<FindingAnswer>> in
            let findings = try await inspect().examination.findings
            return .ok(ListAnswer(items: findings.map { FindingAnswer(finding: $0) }, nextCursor: nil))
        }
    }

    /// The page about the database, `/ops/sql`.
    public func pages(_ appearance: ConsoleAppearance) -> [Route] {
        [page(appearance).limited(by: appearance.limit)]
    }

    private func page(_ appearance: ConsoleAppearance) -> Route {
        .page(
            .get, ConsoleAppearance.path + "/sql", "databasePage", "The statements and connections of this node",
            access: ConsolePermission.read
        ) { (context: RequestContext, query: StatementPageQuery) -> PageReply in
            // The page is for days on which the database is in trouble: it stands without what the database says.
            let inspection: PageBlock<Inspection>
            do {
                inspection = .ready(try await inspect())
            } catch is SQLError {
                inspection = .failed
            }
            return DatabasePage(
                frame: try await ConsoleFrame(context, appearance), statements: statements(by: query.order),
                order: query.order, showsAll: query.showsAll, slow: database.queries.slow.snapshot(),
                slowNanoseconds: database.queries.slowNanoseconds, pools: database.engine.standings,
                inspection: inspection
            ).reply()
        }
    }
}

/// In which order statements are listed.
private struct StatementQuery: RouteInput {
    let order: StatementOrder

    init(_ fields: inout FieldReader) {
        order = fields.choice(
            "sort", of: StatementOrder.self, default: .total, in: .query, required: false,
            "The figure by which they are sorted, the greatest first")
    }
}

/// The same for the page, which shows the first ones unless it is told to show all.
private struct StatementPageQuery: RouteInput {
    let order: StatementOrder
    let showsAll: Bool

    init(_ fields: inout FieldReader) {
        order = StatementQuery(&fields).order
        showsAll = fields.flag("all", in: .query, "Whether all statements are shown")
    }
}
