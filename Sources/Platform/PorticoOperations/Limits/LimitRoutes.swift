import PorticoHTTP
import PorticoJSON
import PorticoLimits

extension LimitDesk {
    /// The routes with which operators see and change limits, for the mount of the application.
    public var routes: [Route] { [list, show, change, reset] }

    private static let path = "/api/v1/limits"

    private var list: Route {
        .json(
            .get, LimitDesk.path, "listLimits", "The limits in force, with what they let pass on this node",
            access: .permission("operations.read")
        ) { [self] (_: RequestContext, _: NoInput) -> Reply<ListAnswer<LimitItem>> in
            .ok(ListAnswer(items: standings.map { LimitItem($0) }, nextCursor: nil))
        }
    }

    private var show: Route {
        .json(.get, LimitDesk.path + "/{name}", "limit", "One limit", access: .permission("operations.read")) {
            [self] (_: RequestContext, input: LimitName) -> Reply<LimitItem> in .ok(LimitItem(try standing(input.name)))
        }
    }

    private var change: Route {
        .json(
            .put, LimitDesk.path + "/{name}", "changeLimit", "Change a limit on every node, without a restart",
            access: .permission("operations.write"), statuses: [(.ok, "In force")]
        ) { [self] (context: RequestContext, input: LimitInput) -> Reply<LimitItem> in
            try await change(input.name, to: input.terms, by: context)
            return .ok(LimitItem(try standing(input.name)))
        }.finding { [self] (_, named: LimitName) in _ = try standing(named.name) }
    }

    private var reset: Route {
        .json(
            .delete, LimitDesk.path + "/{name}", "resetLimit", "Put the declared limit back in force",
            access: .permission("operations.write"), statuses: [(.noContent, "The declared limit is in force")]
        ) { [self] (context: RequestContext, input: LimitName) -> Reply<NoContent> in
            try await reset(input.name, by: context)
            return Reply(NoContent(), status: .noContent)
        }
    }
}

private struct LimitName: RouteInput {
    let name: String

    init(_ fields: inout FieldReader) {
        name = fields.text("name", 1...64, in: .path, "Name of the limit, as RateLimit-Policy tells it")
    }
}

private struct LimitInput: RouteInput {
    let name: String
    let terms: LimitTerms

    init(_ fields: inout FieldReader) {
        name = fields.text("name", 1...64, in: .path, "Name of the limit, as RateLimit-Policy tells it")
        terms = LimitTerms(
            quota: Int(fields.integer("quota", 1...2_147_483_647, "Requests per window, sustained")),
            windowSeconds: Int(fields.integer("window_seconds", 1...31_622_400, "The window")),
            burst: Int(fields.integer("burst", 1...2_147_483_647, "Requests that may come at once")),
            mode: fields.choice("mode", of: LimitTerms.Mode.self, default: .enforced, "What happens beyond"))
    }
}

/// A limit as clients see it.
struct LimitItem: JSONRepresentable {
    let standing: LimitDesk.Standing

    init(_ standing: LimitDesk.Standing) {
        self.standing = standing
    }

    static let schemaName = "Limit"
    static let example = LimitItem(
        LimitDesk.Standing(
            name: "bags.scan", declared: LimitTerms(quota: 600, windowSeconds: 60, burst: 60, mode: .enforced),
            changed: LimitTerms(quota: 900, windowSeconds: 60, burst: 90, mode: .enforced), report: nil,
            routes: ["POST /bags/api/v1/scans/child"]))

    func write(to object: inout JSONObjectWriter) {
        object.field("name", standing.name, "As RateLimit-Policy tells it")
        object.field("quota", standing.terms.quota, "Requests per window, sustained")
        object.field("window_seconds", standing.terms.windowSeconds, "The window")
        object.field("burst", standing.terms.burst, "Requests that may come at once")
        object.field("mode", standing.terms.mode, "What happens beyond")
        object.field("is_changed", standing.changed != nil, "Whether an operator changed it")
        object.field("declared_quota", standing.declared.quota, "What the routes declare")
        object.field("declared_window_seconds", standing.declared.windowSeconds, "What the routes declare")
        object.field("declared_burst", standing.declared.burst, "What the routes declare")
        object.field("admitted", standing.report?.admitted ?? 0, "Requests let pass on this node since its start")
        object.field("refused", standing.report?.refused ?? 0, "Requests refused on this node since its start")
        object.field(
            "would_have_refused", standing.report?.wouldHaveRefused ?? 0, "Requests that the shadow would have refused")
        object.field("routes", standing.routes, "Routes that count under it")
    }
}
