import Logging
import PorticoJSON
import PorticoLimits
import PorticoPages
import PorticoSQL
import PorticoTelemetry
import PorticoValues

@testable import PorticoHTTP

/// A small application that uses every kind of route.
struct SampleSite {
    struct Item: JSONRepresentable {
        let id: Int64
        let name: String
        static let schemaName = "Item"
        static let example = Item(id: 1, name: "Lamp")

        func write(to object: inout JSONObjectWriter) {
            object.field("id", id: id, "Id")
            object.field("name", name, "Name")
        }
    }

    struct NewItem: RouteInput {
        let name: String
        let count: Int64
        let tags: [Tag]

        init(_ fields: inout FieldReader) {
            name = fields.text("name", 1...10, "Name")
            count = fields.integer("count", 1...500, "How many")
            tags = fields.list("tags", 0...2, of: Tag.self, "Tags")
        }
    }

    struct Tag: RouteInput {
        let word: String

        init(_ fields: inout FieldReader) {
            word = fields.text("word", 1...5, "Word")
        }
    }

    struct ItemID: RouteInput {
        let id: Int64

        init(_ fields: inout FieldReader) {
            id = fields.identifier("id", "Id of the item")
        }
    }

    struct Order: RouteInput {
        let id: Int64
        let count: Int64

        init(_ fields: inout FieldReader) {
            id = fields.identifier("id", "Id of the item")
            count = fields.optionalInteger("count", 0...9, "How many") ?? 0
        }
    }

    struct Teapot: Error {}

    /// The platform's own mount, which answers where no application does.
    private static var root: Mount {
        var root = Mount(
            id: "portico", prefix: "", title: "Portico",
            routes: [
                .json(.get, "/peek", "peek", "For operators", access: .operators) {
                    (_: RequestContext, _: NoInput) in .ok(Item.example)
                }
            ])
        root.errorPage = { problem, _ in "<h1>Portico: \(problem.detail)</h1>" }
        return root
    }

    /// Knows `Cookie: who=<role>`.
    struct CookieAuthenticator: Authenticator {
        func principal(for head: RequestHead) async throws -> Principal? {
            guard let role = head.cookie("who") else { return nil }
            return Principal(
                accountID: 7, email: "\(role)@example.org", name: role, roles: [role],
                permissions: role == "writer" ? ["item.write"] : [], csrfBinding: "session-\(role)")
        }
    }

    let site: Site
    let metrics = MetricsRegistry()
    let csrf = CSRFSigner(key: Array(repeating: 7, count: 32))

    /// - Parameters:
    ///   - keeper: keeps answers for retries.
    ///   - trusted: networks of proxies.
    ///   - isLimited: whether requests are counted.
    ///   - doors: who may come in.
    ///   - logger: told of requests.
    ///   - tracer: records spans.
    init(
        isSecure: Bool = false, keeper: (any IdempotencyKeeping)? = nil, trusted: [String] = [],
        isLimited: Bool = false, doors: Doors = Doors(),
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, tracer: Tracer? = nil,
        onDenied: (@Sendable (RequestContext, Route) -> Void)? = nil
    ) throws {
        var mount = Mount(
            id: "shop", prefix: "/shop", title: "Shop",
            routes: [
                .json(
                    .post, "/api/v1/items", "createItem", "Makes an item", access: .permission("item.write"),
                    statuses: [(.created, "Made")]
                ) { (_: RequestContext, input: NewItem) in
                    .created(Item(id: input.count, name: input.name), at: "/shop/api/v1/items/\(input.count)")
                },
                .json(
                    .get, "/api/v1/items/{id}", "item", "Shows an item", access: .anonymous,
                    cache: .privateRevalidated
                ) { (_: RequestContext, input: ItemID) in .ok(Item(id: input.id, name: "<Lamp>")) },
                .json(.get, "/api/v1/private", "private", "Refuses by rule", access: .signedIn) {
                    (_: RequestContext, _: NoInput) async throws -> Reply<Item> in
                    throw Problem(403, "forbidden", "Not yours.")
                },
                .json(.get, "/api/v1/broken", "broken", "Fails", access: .anonymous) {
                    (_: RequestContext, _: NoInput) async throws -> Reply<Item> in throw Teapot()
                },
                .json(.patch, "/api/v1/items/{id}", "changeItem", "Changes an item", access: .anonymous) {
                    (context: RequestContext, input: ItemID) in
                    let item = Item(id: input.id, name: "<Lamp>")
                    try context.precondition.require(item)
                    return .ok(item)
                },
                .json(.get, "/api/v1/unstorable", "unstorable", "Is given what no database keeps", access: .anonymous) {
                    (_: RequestContext, _: NoInput) async throws -> Reply<Item> in
                    throw SQLError(.unstorable, message: "NUL")
                },
                .page(.get, "/long", "longPage", "A long page", access: .anonymous) {
                    (_: RequestContext, _: NoInput) in
                    .page(HTML(trusted: "<p>\(String(repeating: "lamp ", count: 1000))</p>"))
                },
                .page(.get, "/long-secret", "longSecretPage", "A long page with a secret", access: .anonymous) {
                    (_: RequestContext, _: NoInput) in
                    .page(HTML(trusted: "<p>\(String(repeating: "lamp ", count: 1000))</p>"))
                }.showingSecrets(),
                .page(.post, "/items/{id}/order", "order", "Orders by a form", access: .signedIn) {
                    (_: RequestContext, input: Order) in
                    guard input.count > 0 else { throw Problem(422, "validation_failed", "How many?") }
                    return .redirect(to: "/shop/items")
                },
                .page(.get, "/items", "itemsPage", "Lists items", access: .signedIn) {
                    (context: RequestContext, _: NoInput) in .page("<p>\(context.csrf.value)</p>")
                },
                .page(.get, "/sign-in", "signInPage", "Sign in", access: .anonymous) {
                    (context: RequestContext, _: NoInput) in .page("<p>\(context.csrf.value)</p>")
                },
                .json(.post, "/api/v1/session", "signInByProgram", "Refuses", access: .anonymous, limit: .signIn) {
                    (_: RequestContext, _: NoInput) async throws -> Reply<Item> in
                    throw Problem(401, "invalid_credentials", "No.")
                },
                .json(.post, "/api/v1/second", "secondStep", "Wants a code as well", access: .anonymous, limit: .signIn)
                {
                    (_: RequestContext, _: NoInput) async throws -> Reply<Item> in
                    throw Problem(401, "second_factor_required", "And the code?")
                },
                .raw(
                    .post, "/api/v1/sheet", "sheet", "Makes a sheet", access: .anonymous, mediaType: "application/pdf"
                ) { (_: RequestContext, _: NewItem) in Response(.ok, body: .bytes([1])) }.answeringAnew(),
                .json(.post, "/api/v1/store", "store", "Is given what no database keeps", access: .anonymous) {
                    (_: RequestContext, _: NewItem) async throws -> Reply<Item> in
                    throw SQLError(.unstorable, message: "NUL")
                },
                .raw(
                    .get, "/api/v1/text", "text", "A long text", access: .anonymous, cache: .privateRevalidated,
                    mediaType: "text/plain"
                ) { (_: RequestContext, _: NoInput) in .text(String(repeating: "lamp ", count: 1000)) },
                .raw(
                    .get, "/api/v1/export", "export", "Breaks off", access: .anonymous, mediaType: "text/plain"
                ) { (_: RequestContext, _: NoInput) in
                    Response(
                        .ok,
                        body: .stream { writer in
                            try await writer.write([1])
                            throw Teapot()
                        })
                },
                .page(.post, "/sign-in", "signIn", "Signs in", access: .anonymous) {
                    (_: RequestContext, _: NoInput) in .redirect(to: "/shop/items")
                },
                Route.json(.get, "/api/v1/vital", "vital", "Is always answered", access: .anonymous) {
                    (_: RequestContext, _: NoInput) in .ok(Item.example)
                }.matters(.vital),
                .immediate(.get, "/now", "now", "At once", mediaType: "text/plain") {
                    (_: RequestContext, _: NoInput) in .text("now")
                },
                .immediateJSON(.get, "/api/v1/now", "itemNow", "An item at once") {
                    (_: RequestContext, _: NoInput) in Reply<Item>.ok(.example)
                },
                .immediate(.get, "/counted", "counted", "At once, but counted", limit: .pages, mediaType: "text/plain")
                {
                    (_: RequestContext, _: NoInput) in .text("counted")
                },
            ])
        mount.authenticator = CookieAuthenticator()
        mount.onDenied = onDenied
        mount.idempotency = keeper
        mount.roles = [(name: "writer", permissions: ["item.write"]), (name: "reader", permissions: [])]
        mount.errorPage = { problem, context in "<h1>\(problem.detail)</h1><p>\(context.requestID)</p>" }
        var configuration = Site.Configuration(
            mounts: [mount, SampleSite.root], csrf: csrf, clock: Clock(standingAt: Instant(seconds: 1_790_000_000)),
            logger: logger, metrics: metrics,
            assets: AssetLinks { "/assets/\($0)" })
        configuration.isSecure = isSecure
        configuration.doors = doors
        configuration.tracer = tracer
        if isLimited {
            let rules = Set(mount.routes.map(\.limit)).compactMap { $0.rule(of: mount) }
            configuration.limits = RateLimits(book: RateRuleBook(rules))
        }
        configuration.trustedProxies = TrustedProxies(trusted) ?? .none
        site = try Site(configuration)
    }

    func send(
        _ method: HTTPMethod, _ target: String, _ headers: Headers = [:], body: String = "", peer: String = "192.0.2.1"
    ) async -> Response {
        await site.respond(
            to: Request(
                head: RequestHead(method: method, target: target, headers: headers, peer: peer),
                body: Array(body.utf8)))
    }

    /// A JSON request of a role, with its token.
    func post(_ target: String, as role: String, _ body: String) async -> Response {
        await send(
            .post, target,
            [
                "cookie": "who=\(role)", "content-type": "application/json",
                "x-csrf-token": csrf.token(for: "session-\(role)").value,
            ], body: body)
    }
}

extension Response {
    /// The body as text; empty when it is none or streams.
    var bodyText: String {
        if case .bytes(let bytes) = body { String(decoding: bytes, as: UTF8.self) } else { "" }
    }

    /// The body as JSON.
    func json() throws -> JSONValue { try JSONValue(parsing: Array(bodyText.utf8)) }
}
