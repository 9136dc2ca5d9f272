import Logging
import PorticoLimits
import PorticoPages
import PorticoSQL
import PorticoTelemetry
import PorticoValues

/// Everything between a whole request and its answer: the one list of steps that every request passes.
///
/// Immutable once made; all state lives in what the mounts bring along.
public final class Site: HTTPResponder {
    /// What a site is made of.
    public struct Configuration: Sendable {
        /// The applications, and the platform's own routes.
        public var mounts: [Mount]
        /// Makes and checks form tokens.
        public var csrf: CSRFSigner
        /// The clock of the process.
        public var clock: Clock
        /// Where requests are logged.
        public var logger: Logger
        /// Where requests are counted.
        public var metrics: MetricsRegistry
        /// Addresses of embedded assets.
        public var assets: AssetLinks
        /// Whose forwarded addresses are believed.
        public var trustedProxies = TrustedProxies.none
        /// Whether clients come over TLS: cookies are then `Secure` and HSTS is sent.
        public var isSecure = false
        /// Which pages are the site's own; nil goes by the host that a request names, and by `isSecure`.
        public var origin: SiteOrigin?
        /// Who may come in, and how many at a time.
        public var doors = Doors()
        /// Counts requests by the classes of their routes; nil counts nothing.
        public var limits: RateLimits?
        /// Requests that take longer are logged as slow, in milliseconds.
        public var slowMilliseconds: Int64 = 1000
        /// Records the spans of requests; nil records none.
        public var tracer: Tracer?

        /// A configuration.
        public init(
            mounts: [Mount], csrf: CSRFSigner, clock: Clock, logger: Logger, metrics: MetricsRegistry,
            assets: AssetLinks
        ) {
            self.mounts = mounts
            self.csrf = csrf
            self.clock = clock
            self.logger = logger
            self.metrics = metrics
            self.assets = assets
        }
    }

    let configuration: Configuration
    let router: Router
    let journal: RequestJournal
    private let csrf: CSRFGuard
    private let origin: SiteOrigin
    let rates: RateGuard?
    private let security: SecurityHeaders
    let requestIDs = RequestIDSource()
    /// How paths begin that may belong to a route whose answers are kept: every request is compared with these few.
    let sharedPrefixes: [String]
    /// Whether a mount remembers up to where its callers have written.
    let hasPositions: Bool
    /// The platform's own mount, whose pages stand where no application answers.
    private let root: Int?

    /// A site.
    /// - Throws: when two routes have the same method and path, or one that is kept for everybody is not open to everybody.
    public init(_ configuration: Configuration) throws {
        var router = Router()
        for (index, mount) in configuration.mounts.enumerated() {
            if !mount.prefix.isEmpty { router.name(mount: index, prefix: mount.prefix) }
            for (position, route) in mount.routes.enumerated() {
                try Site.check(route)
                try router.add(ServedRoute(route, of: mount, at: (mount: index, route: position)))
            }
        }
        self.configuration = configuration
        self.router = router
        self.sharedPrefixes = configuration.mounts.flatMap { mount in
            mount.routes.filter { $0.cache.sharing != nil }.map { mount.prefix + $0.path.prefix { $0 != "{" } }
        }
        self.hasPositions = configuration.mounts.contains { $0.positions != nil }
        self.root = configuration.mounts.firstIndex { $0.prefix.isEmpty }
        self.journal = RequestJournal(configuration)
        let origin = configuration.origin ?? SiteOrigin(isSecure: configuration.isSecure)
        self.origin = origin
        self.csrf = CSRFGuard(signer: configuration.csrf, origin: origin)
        self.rates = RateGuard(configuration)
        self.security = SecurityHeaders(isSecure: configuration.isSecure)
    }

    /// The route's limit; 256 KiB where there is no route.
    public func bodyLimit(for head: RequestHead) -> Int {
        guard case .match(let match) = router.find(head.method, head.path) else { return 262_144 }
        return match.served.route.bodyLimit
    }

    /// Answers routes that wait for nothing, unless their requests are counted: counting may wait. And all for which there
    /// is no place.
    public func respondAtOnce(to request: Request) -> Response? {
        guard case .match(let match) = router.find(request.head.method, request.head.path) else { return nil }
        guard case .immediate(let handle) = match.served.route.handler, match.served.ruleName == nil || rates == nil
        else { return refuseAtOnce(request, match) }
        let exchange = arrive(request)
        exchange.take(match)
        do {
            try enter(exchange)
            var reader = try fields(of: exchange)
            return leave(exchange, try handle(context(of: exchange), &reader), measure: nil)
        } catch {
            return leave(exchange, present(error, exchange), measure: nil)
        }
    }

    /// Answers every request; errors are answers as well.
    public func respond(to request: Request) async -> Response {
        let exchange = arrive(request)
        exchange.session = newSession
        let measure = measure(of: exchange)
        var response = await measured(measure, exchange.session) {
            do {
                return try await answer(exchange)
            } catch {
                return present(error, exchange)
            }
        }
        settle(exchange, &response)
        noteDenied(exchange, response)
        await rates?.countFailure(exchange, response)
        exchange.place?.finish(end(of: exchange, response))
        return leave(exchange, response, measure: measure)
    }

    /// Answers bytes that are no request.
    public func refusal(_ status: HTTPStatus, head: RequestHead?, peer: String) -> Response {
        let exchange = arrive(
            Request(head: head ?? RequestHead(method: .get, target: "/", headers: [:], peer: peer)))
        // Behind a proxy the bytes are the proxy's.
        if head == nil, !configuration.trustedProxies.contains(peer) {
            configuration.doors.noteMalformed(status, from: peer, at: exchange.now)
        }
        if let head, case .match(let match) = router.find(head.method, head.path) { exchange.take(match) }
        return leave(
            exchange, present(Problem(status, Site.refusalCode(status), Site.refusalDetail(status)), exchange),
            measure: nil)
    }

    /// The steps, in order.
    private func answer(_ exchange: Exchange) async throws -> Response {
        let handle = try match(exchange)
        if !exchange.isShared {
            exchange.principal = try await exchange.served?.mount.authenticator?.principal(for: exchange.request.head)
            readVisit(exchange)
            remember(exchange)
        }
        try requireSignIn(exchange)
        let reader = try fields(of: exchange)
        try csrf.check(exchange)
        try requirePermission(exchange)
        if !exchange.isSpared, !exchange.request.isForEverybody { exchange.rate = await rates?.decide(exchange) }
        if let rate = exchange.rate, !rate.isAllowed { throw RateGuard.refusal(rate) }
        return try await once(exchange) {
            try await handle(context(of: exchange), reader)
        }
    }
}

extension Site {
    func arrive(_ request: Request) -> Exchange {
        Exchange(
            request: request, requestID: requestID(of: request.head), now: configuration.clock.now(),
            clientAddress: configuration.trustedProxies.clientAddress(of: request.head), mount: root)
    }

    /// A proxy's id of a request, or a new one.
    func requestID(of head: RequestHead) -> String {
        let forwarded = configuration.trustedProxies.contains(head.peer) ? head.headers["x-request-id"] : nil
        return forwarded.flatMap(RequestIDSource.sane) ?? requestIDs.next()
    }

    /// Lets the client in unless its network is to stay outside.
    func enter(_ exchange: Exchange) throws {
        guard exchange.served?.route.priority != .vital, !exchange.request.isForEverybody else { return }
        exchange.isSpared = try configuration.doors.look(at: exchange.clientAddress, now: exchange.now) == .spared
    }

    /// What is to be learnt from a request about the load: signing in is slow on purpose, and a stream has only begun.
    private func end(of exchange: Exchange, _ response: Response) -> ServicePermit.End {
        guard response.hasWholeBody, response.status.code < 500, exchange.served?.route.limit != .signIn else {
            return response.status == 503 ? .overloaded : .unmeasured
        }
        return .served(latency: Double(monotonicNanoseconds() - exchange.startedNanoseconds) / 1_000_000_000)
    }

    /// Finds the route, or says 404, 405 or 400.
    private func match(
        _ exchange: Exchange
    ) throws -> @Sendable (RequestContext, FieldReader) async throws -> Response {
        let outcome = router.find(exchange.request.head.method, exchange.request.head.path)
        if case .match(let match) = outcome { exchange.take(match) }
        try enter(exchange)
        switch outcome {
        case .malformed:
            throw Problem(400, "malformed_path", "The address is not percent-encoded UTF-8.")
        case .nothing(let mount):
            exchange.mount = mount ?? root
            configuration.doors.noteUnknown(exchange.request.head.path, from: exchange.clientAddress, at: exchange.now)
            throw Problem(404, "not_found", "There is nothing at this address.")
        case .wrongMethod(let allowed, let mount):
            exchange.mount = mount
            throw Problem(
                405, "method_not_allowed", "This address takes \(allowed.joined(separator: ", ")).",
                headers: ["allow": allowed.joined(separator: ", ")])
        case .match(let match):
            switch match.served.route.handler {
            case .deferred(let handle):
                exchange.place = try place(for: exchange, on: match.served)
                return handle
            case .immediate(let handle):
                if exchange.request.isForEverybody { exchange.place = try place(for: exchange, on: match.served) }
                return { context, reader in
                    var reader = reader
                    return try handle(context, &reader)
                }
            }
        }
    }

    func requireSignIn(_ exchange: Exchange) throws {
        guard let access = exchange.served?.route.access, exchange.principal == nil, !access.admits(nil) else { return }
        if access == .operators {
            guard !isOnThisMachine(exchange) else { return }
            throw Problem(403, "forbidden", "Only operators and the machine itself may see this.")
        }
        throw Problem(401, "not_signed_in", "Sign in to go on.", headers: ["www-authenticate": "Bearer"])
    }

    /// Whether the caller is a process of this machine, and not somebody who comes through a proxy on it.
    func isOnThisMachine(_ exchange: Exchange) -> Bool {
        let headers = exchange.request.head.headers
        return (NetworkAddress(exchange.request.head.peer)?.isLoopback ?? false)
            && !["x-forwarded-for", "forwarded", "via"].contains { headers[$0] != nil }
    }

    func requirePermission(_ exchange: Exchange) throws {
        guard let access = exchange.served?.route.access, let principal = exchange.principal else { return }
        if access.admits(principal.permissions) { return }
        if access == .operators, isOnThisMachine(exchange) { return }
        throw Problem(403, "forbidden", principal.due ?? "Your role does not allow this.")
    }

    private func fields(of exchange: Exchange) throws -> FieldReader {
        guard let served = exchange.served else {
            throw Problem(404, "not_found", "There is nothing at this address.")
        }
        let query = PercentCoding.pairs(exchange.request.head.query)
        let problem = try takeBody(exchange, of: served)
        var reader = FieldReader(
            source: FieldSource(
                path: exchange.parameters, query: query ?? [], headers: exchange.told.head.headers,
                body: exchange.body),
            pathNames: served.pathNames, defaultPlace: served.fieldPlace)
        reader.shapeProblem =
            query == nil ? Problem(400, "malformed_query", "The query is not percent-encoded UTF-8.") : problem
        return reader
    }

    /// Runs the handler; with an idempotency key, at most once per key.
    private func once(
        _ exchange: Exchange, _ handle: () async throws -> Response
    ) async throws -> Response {
        guard let served = exchange.served, served.route.method == .post, served.route.keepsIdempotencyKeys,
            let keeper = served.mount.idempotency, let key = idempotencyKey(exchange)
        else { return try await handle() }
        guard (1...255).contains(key.utf8.count) else {
            throw Problem(422, "validation_failed", "Idempotency-Key must have 1 to 255 characters.")
        }
        let claim = try await claim(
            IdempotentRequest(
                key: key, accountID: exchange.principal?.accountID,
                operation: "\(served.route.method.name) \(exchange.request.head.path)",
                contentHash: exchange.formDigest ?? Digest.sha256(exchange.request.body)), keeper)
        switch claim {
        case .replay(var response):
            response.headers.add("idempotent-replay", "true")
            return response
        case .fresh(let token):
            return try await keep(exchange, token, keeper, handle)
        }
    }

    /// Waits for the first of two requests with one key, so that a double click shows its answer and not a refusal.
    private func claim(
        _ request: IdempotentRequest, _ keeper: any IdempotencyKeeping
    ) async throws -> IdempotencyClaim {
        var pause = Duration.milliseconds(5)
        while true {
            do {
                return try await keeper.begin(request)
            } catch let problem as Problem
                where problem.code == "idempotency_in_progress" && pause < .seconds(2)
            {
                try await Task.sleep(for: pause)
                pause *= 2
            }
        }
    }

    private func keep(
        _ exchange: Exchange, _ token: IdempotencyToken, _ keeper: any IdempotencyKeeping,
        _ handle: () async throws -> Response
    ) async throws -> Response {
        let response: Response
        do {
            response = try await handle()
        } catch let error as SQLError where error.code == .commitUnknown {
            // Whether it happened is unknown: the key stays taken, so that a retry can't make it happen twice.
            throw error
        } catch {
            response = present(error, exchange)
        }
        // A refused form is put right and sent again with the key that its page carries.
        let isRefusedForm = exchange.served?.route.format == .page && response.status.code >= 400
        if isRefusedForm || response.status.code >= 500 || response.status.code == 429 || !response.hasWholeBody {
            await keeper.abandon(token)
            return response
        }
        do {
            try await keeper.finish(token, response)
        } catch {
            // The work is done and committed; saying otherwise would make the client repeat it.
            journal.log(exchange, .error, "answer not kept for retries", error: error)
        }
        return response
    }

    private func idempotencyKey(_ exchange: Exchange) -> String? {
        if let key = exchange.request.head.headers["idempotency-key"] { return key }
        guard case .form(let fields) = exchange.body else { return nil }
        return fields.first { $0.name == "idempotency_key" && !$0.value.isEmpty }?.value
    }

    /// Pages for visitors who are not signed in bind their form tokens to a cookie of this visit.
    private func readVisit(_ exchange: Exchange) {
        guard exchange.principal == nil, exchange.served?.route.format == .page else { return }
        if let value = exchange.request.head.cookie(visitCookie), (20...64).contains(value.utf8.count) {
            exchange.visit = (value: value, isNew: false)
        } else if exchange.request.head.method.isSafe {
            exchange.visit = (value: randomBytes(24).base64URL, isNew: true)
        }
    }

    private var visitCookie: String { configuration.isSecure ? "__Host-portico_visit" : "portico_visit" }

    func context(of exchange: Exchange) -> RequestContext {
        let binding = exchange.principal?.csrfBinding ?? exchange.visit?.value
        var context = RequestContext(
            request: exchange.told, requestID: exchange.requestID, now: exchange.now,
            clientAddress: exchange.isShared ? "" : exchange.clientAddress, principal: exchange.principal,
            mount: exchange.mount.map { configuration.mounts[$0].prefix } ?? "", assets: configuration.assets,
            nonce: exchange.nonce,
            form: binding.map { FormBinding(configuration.csrf, $0) })
        context.site = origin
        context.upload = exchange.upload
        context.uploadProblem = exchange.uploadProblem
        return context
    }

    /// The last step, for every answer: conditional requests, headers, figures, the log.
    func leave(_ exchange: Exchange, _ answer: consuming Response, measure: RequestMeasure?) -> Response {
        var response = answer
        response.headers.reserve(Headers.usualCount)
        let policy = exchange.served?.route.cache ?? .noStore
        let isGood = response.status == .ok
        if isGood { informCaches(of: &response, exchange) }
        response.headers.setDefault("cache-control", isGood ? policy.control : CacheControl.noStore.control)
        if isGood, policy.isValidated, exchange.request.head.method.isSafe { validate(&response, exchange) }
        // Answers that are given at once run on the event loop, where a millisecond is long.
        if measure != nil, exchange.served?.route.showsSecrets != true {
            response.compress(for: exchange.request.head, exchange.request.isForEverybody ? .kept : .live)
        }
        security.add(
            to: &response, usesCamera: exchange.served?.route.usesCamera ?? false,
            showsFrames: exchange.served?.route.showsFrames ?? false, nonce: exchange.nonce)
        if let visit = exchange.visit, visit.isNew {
            let secure = configuration.isSecure ? "; Secure" : ""
            response.headers.add(
                "set-cookie", "\(visitCookie)=\(visit.value); Path=/; HttpOnly; SameSite=Lax\(secure)")
        }
        for field in exchange.rate?.fields() ?? [] { response.headers.add(field.name, field.value) }
        response.headers.add("x-request-id", exchange.requestID)
        if case .stream(let produce) = response.body { response.body = journal.watched(produce, of: exchange) }
        journal.finish(exchange, &response, measure: measure)
        return response
    }
}
