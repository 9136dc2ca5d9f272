import Portico

/// The figures, their proof, and the audit.
struct StatsRoutes: Sendable {
    let services: BagTrackingServices
    let stats: StatsReader
    /// Hears what a comparison found; alerts stand on it.
    let watch: CounterWatch

    var routes: [Route] { [figures, verify, audit, verifyAudit] }

    private var figures: Route {
        .json(
            .get, "/api/v1/stats", "getStats", "Sacks, bags, bills, returns and scans, counted exactly",
            access: .permission("stats.read"), limit: BagLimits.read, cache: .privateRevalidated,
            refusals: [(404, "area_not_found")]
        ) { [services, stats] (context: RequestContext, input: AreaInput) -> Reply<StatsAnswer> in
            let caller = try BagCaller(context)
            let area = try await services.area(input.areaCode, of: caller)
            let figures = try await stats.figures(area: area, in: services.database)
            let answer = StatsAnswer(stats: figures.stats, asOf: figures.asOf)
            return Reply(answer, headers: ["etag": answer.tag])
        }
    }

    private var verify: Route {
        .json(
            .get, "/api/v1/stats/verify", "verifyStats", "Compares every counter with a recount of the same snapshot",
            access: .permission("audit.read"), limit: BagLimits.read
        ) { [services, watch] (_: RequestContext, _: NoInput) -> Reply<StatsVerificationAnswer> in
            let verification = try await services.database.readAtLength(.present) { try CounterStore.verify(in: $0) }
            watch.note(verification, at: services.clock.now())
            return .ok(StatsVerificationAnswer(verification))
        }
    }

    private var audit: Route {
        .json(
            .get, "/api/v1/audit", "listAudit", "Who changed what, newest first", access: .permission("audit.read"),
            limit: BagLimits.read, cache: .privateRevalidated, refusals: [(422, "invalid_cursor")]
        ) { [services] (_: RequestContext, input: AuditListInput) -> Reply<ListAnswer<AuditItem>> in
            .ok(try await AuditLog.page(input.query, cursors: services.cursors, in: services.database))
        }
    }

    private var verifyAudit: Route {
        .json(
            .get, "/api/v1/audit/verify", "verifyAudit", "Checks the chain of the whole audit",
            access: .permission("audit.read"), limit: BagLimits.admin
        ) { [services] (_: RequestContext, _: NoInput) -> Reply<AuditVerification> in
            .ok(try await services.chain.check().verification)
        }
    }
}
