import PorticoJSON
import PorticoLimits
import PorticoPages

/// One route, declared once: what it is called, what goes in and out, who may call it, how often, how its answer may be
/// kept, and what it does. The server, the API document and the permission table read this value.
public struct Route: Sendable {
    /// What a route speaks.
    public enum Format: Sendable, Hashable {
        /// JSON in and out, for programs.
        case json
        /// A document for people; forms in.
        case page
        /// Anything else: assets, metrics, streams.
        case raw
    }

    /// An answer that a route may give.
    public struct Answer: Sendable {
        /// Its status.
        public let status: HTTPStatus
        /// What it means.
        public let description: String
        /// Media type of the body; nil when there is none.
        public let mediaType: String?
        /// Shape of a JSON body with its named parts.
        public let schema: JSONSchema.Description?
    }

    enum Handler: Sendable {
        case immediate(@Sendable (RequestContext, inout FieldReader) throws -> Response)
        case deferred(@Sendable (RequestContext, FieldReader) async throws -> Response)
    }

    /// The method. A GET route answers HEAD as well.
    public let method: HTTPMethod
    /// The path below the application's mount, `/bags/{code}`; `{name}` takes one segment, `{name}.svg` one with
    /// that ending.
    public let path: String
    /// Stable name in camel case: operation id of the API document, name in logs.
    public let name: String
    /// What it does, in one line.
    public let summary: String
    /// Who may call it.
    public var access: Access
    /// How often.
    public private(set) var limit: LimitClass
    /// How the answer may be kept.
    public var cache: CacheControl
    /// What it speaks.
    public let format: Format
    /// The fields of its input.
    public let fields: [FieldShape]
    /// The answers of a call that works.
    public var answers: [Answer]
    /// The refusals a caller should expect, besides those every route may give.
    public var refusals: [(status: HTTPStatus, code: String)]
    /// The most bytes a body may have.
    public var bodyLimit: Int = 262_144
    /// What file may be sent; nil for routes that take none. See ``taking(_:)``.
    public private(set) var upload: UploadRule?
    /// Whether a page with this route may use the camera. See ``usingCamera()``.
    public private(set) var usesCamera = false
    /// Whether its answers show a secret. See ``showingSecrets()``.
    public private(set) var showsSecrets = false
    /// Whether a page with this route shows other answers of this site within it, which allow that themselves.
    /// See ``showingFrames()``.
    public private(set) var showsFrames = false
    /// How much it matters when not all requests can be served.
    /// See ``matters(_:)``.
    public private(set) var priority: RequestPriority = .normal
    /// Whether the answer is kept for retries with the same `Idempotency-Key`. See ``answeringAnew()``.
    public private(set) var keepsIdempotencyKeys = true
    private(set) var handler: Handler

    /// Names in the path's braces.
    public var pathNames: [String] { Route.names(in: path) }

    private static func names(in path: String) -> [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().prefix { $0 != "}" }) }
    }

    private init(
        _ method: HTTPMethod, _ path: String, _ name: String, _ summary: String, access: Access, limit: LimitClass,
        cache: CacheControl, format: Format, input: any RouteInput.Type, answers: [Answer],
        refusals: [(HTTPStatus, String)], handler: Handler
    ) {
        self.method = method
        self.path = path
        self.name = name
        self.summary = summary
        self.access = access
        self.limit = limit
        self.cache = cache
        self.format = format
        self.answers = answers
        self.refusals = refusals.map { (status: $0.0, code: $0.1) }
        self.handler = handler
        var recorder = FieldReader(recordingWith: Route.names(in: path), defaultPlace: Route.fieldPlace(method))
        _ = input.init(&recorder)
        self.fields = recorder.shapes
    }

    static func fieldPlace(_ method: HTTPMethod) -> FieldPlace {
        method.isSafe || method == .delete ? .query : .body
    }
}

extension Route {
    /// The same route, which takes a file beside its fields: the body is `multipart/form-data`, and the handler finds the file
    /// in ``RequestContext/upload``.
    public func taking(_ rule: UploadRule) -> Route {
        var route = self
        route.upload = rule
        // A page shows its form again with what is wrong, so that more is read than is kept.
        let most = route.format == .page ? UploadRule.mostRead * rule.mostBytes : rule.mostBytes
        route.bodyLimit = most + 2 * UploadRule.mostFieldBytes
        return route
    }
}

extension Route {
    /// The same route with another priority: `.vital` for what must be answered under any load, `.critical` for the work
    /// people stand and wait for, `.deferrable` for what can come later.
    public func matters(_ priority: RequestPriority) -> Route {
        var route = self
        route.priority = priority
        return route
    }
}

extension Route {
    /// The same route under another limit: for routes that a module brings and an application decides how often they may
    /// be called.
    public func limited(by limit: LimitClass) -> Route {
        var route = self
        route.limit = limit
        return route
    }
}

extension Route {
    /// The same route, which runs for every request, whatever its `Idempotency-Key`: for what a second time doubles nothing,
    /// and for answers that are not to be kept because they let somebody in.
    public func answeringAnew() -> Route {
        var route = self
        route.keepsIdempotencyKeys = false
        return route
    }
}

extension Route {
    /// The same route, whose answers show a secret: a key, a token, a recovery code. They are not compressed, because what a
    /// caller sends and gets back beside a secret would tell of it by the length (https://www.breachattack.com).
    public func showingSecrets() -> Route {
        var route = self
        route.showsSecrets = true
        return route
    }
}

extension Route {
    /// The same route, whose answer that works is 101: the connection speaks another protocol afterwards.
    /// - Parameter description: what is spoken then, for the API document.
    public func switchingProtocols(_ description: String) -> Route {
        var route = self
        route.answers = [
            Answer(status: .switchingProtocols, description: description, mediaType: nil, schema: nil)
        ]
        return route
    }
}

extension Route {
    /// The same route, whose page may use the camera.
    public func usingCamera() -> Route {
        var route = self
        route.usesCamera = true
        return route
    }

    /// The same route, whose page shows other answers of this site within it.
    public func showingFrames() -> Route {
        var route = self
        route.showsFrames = true
        return route
    }
}

extension Route {
    /// The same route, which looks for what its path names before it says what is wrong with the rest of a request: the
    /// shape of a request must not tell who has no business with a thing that it is there.
    ///
    /// A request of the right shape is not looked at twice: its handler finds out by itself, in the transaction of its act.
    /// - Parameter look: throws what a caller is told for whom there is no such thing.
    public func finding<Named: RouteInput>(
        _ look: @escaping @Sendable (RequestContext, Named) async throws -> Void
    ) -> Route {
        guard case .deferred(let handle) = handler else { return self }
        var route = self
        let isForm = format == .page
        route.handler = .deferred { context, reader in
            do {
                let response = try await handle(context, reader)
                // A page tells what is wrong with a form in its answer.
                if isForm, response.status == 422 { try await look(context, Route.inPath(reader)) }
                return response
            } catch  where Route.isAboutShape(error) {
                try await look(context, Route.inPath(reader))
                throw error
            }
        }
        return route
    }

    /// The same route, which says what only the application's data can say about a request beside what is wrong with its
    /// shape, so that one answer names every field. Asked only where a shape is wrong: its handler finds out by itself.
    /// - Parameter judge: what is wrong with which field; fields that are named already keep what was said of them.
    public func judging<Named: RouteInput>(
        _ judge: @escaping @Sendable (RequestContext, Named) async throws -> [Problem.FieldError]
    ) -> Route {
        guard case .deferred(let handle) = handler else { return self }
        var route = self
        route.handler = .deferred { context, reader in
            do {
                return try await handle(context, reader)
            } catch let problem as Problem where problem.code == "validation_failed" {
                var again = reader
                let further = try await judge(context, Named(&again)).filter { error in
                    !problem.errors.contains { $0.field == error.field }
                }
                throw further.isEmpty ? problem : Problem.validation(problem.errors + further)
            }
        }
        return route
    }

    /// The same route, whose handler runs inside `surround`: to hold something while it runs, also while its answer streams.
    /// - Parameter surround: runs the handler it is given, once, and gives its answer on.
    public func surrounded(
        by surround:
            @escaping @Sendable (RequestContext, _ handle: () async throws -> Response) async throws -> Response
    ) -> Route {
        guard case .deferred(let handle) = handler else { return self }
        var route = self
        route.handler = .deferred { context, reader in
            try await surround(context) { try await handle(context, reader) }
        }
        return route
    }

    /// Whether an error says what is wrong with what was sent.
    private static func isAboutShape(_ error: any Error) -> Bool {
        let problem = error as? Problem ?? (error as? any ProblemConvertible)?.problem
        return problem.map { [400, 415, 422].contains($0.status) } ?? false
    }

    /// What the path says, whatever came with it.
    private static func inPath<Named: RouteInput>(_ reader: FieldReader) throws -> Named {
        var reader = reader.ofPath
        let named = Named(&reader)
        guard reader.errors.isEmpty, !reader.isUnknownResource else {
            throw Problem(404, "not_found", "There is nothing at this address.")
        }
        return named
    }
}

extension Route {
    /// A route of the JSON API.
    /// - Parameters:
    ///   - statuses: the statuses of calls that work, with what each means.
    ///   - refusals: the refusals particular to this route.
    ///   - handle: gets input that keeps every declared rule. Thrown ``Problem``s and ``ProblemConvertible``s become the
    ///     answer; any other error is a 500.
    public static func json<Input: RouteInput, Output: JSONRepresentable>(
        _ method: HTTPMethod, _ path: String, _ name: String, _ summary: String, access: Access,
        limit: LimitClass = .pages, cache: CacheControl = .noStore,
        statuses: [(HTTPStatus, String)] = [(.ok, "Done")], refusals: [(HTTPStatus, String)] = [],
        handle: @escaping @Sendable (RequestContext, Input) async throws -> Reply<Output>
    ) -> Route {
        let schema = JSONSchema.describing(Output.self)
        return Route(
            method, path, name, summary, access: access, limit: limit, cache: cache, format: .json, input: Input.self,
            answers: statuses.map {
                let hasBody = $0.0 != .noContent
                return Answer(
                    status: $0.0, description: $0.1, mediaType: hasBody ? "application/json" : nil,
                    schema: hasBody ? schema : nil)
            },
            refusals: refusals,
            handler: .deferred { context, reader in
                let reply = try await handle(context, try Route.input(reader))
                return Route.response(reply)
            })
    }

    /// A route for people: a page, or a form's action.
    ///
    /// The handler of a form keeps what was typed: it takes its fields leniently and shows the page again with the errors.
    public static func page<Input: RouteInput>(
        _ method: HTTPMethod, _ path: String, _ name: String, _ summary: String, access: Access,
        limit: LimitClass = .pages, cache: CacheControl = .privatePage,
        handle: @escaping @Sendable (RequestContext, Input) async throws -> PageReply
    ) -> Route {
        Route(
            method, path, name, summary, access: access, limit: limit, cache: method.isSafe ? cache : .noStore,
            format: .page, input: Input.self,
            answers: [Answer(status: .ok, description: summary, mediaType: "text/html", schema: nil)], refusals: [],
            handler: .deferred { context, reader in
                try await handle(context, try Route.input(reader)).response
            })
    }

    /// A route that answers with anything: streams, files, figures.
    public static func raw<Input: RouteInput>(
        _ method: HTTPMethod, _ path: String, _ name: String, _ summary: String, access: Access,
        limit: LimitClass = .pages, cache: CacheControl = .noStore, mediaType: String,
        refusals: [(HTTPStatus, String)] = [],
        handle: @escaping @Sendable (RequestContext, Input) async throws -> Response
    ) -> Route {
        Route(
            method, path, name, summary, access: access, limit: limit, cache: cache, format: .raw, input: Input.self,
            answers: [Answer(status: .ok, description: summary, mediaType: mediaType, schema: nil)],
            refusals: refusals,
            handler: .deferred { context, reader in try await handle(context, try Route.input(reader)) })
    }

    /// A route answered on the event loop, at once: for answers that wait for nothing and that everybody may have.
    public static func immediate<Input: RouteInput>(
        _ method: HTTPMethod, _ path: String, _ name: String, _ summary: String,
        limit: LimitClass = .unlimited, cache: CacheControl = .noStore, mediaType: String,
        handle: @escaping @Sendable (RequestContext, Input) throws -> Response
    ) -> Route {
        Route(
            method, path, name, summary, access: .anonymous, limit: limit, cache: cache, format: .raw,
            input: Input.self,
            answers: [Answer(status: .ok, description: summary, mediaType: mediaType, schema: nil)], refusals: [],
            handler: .immediate { context, reader in
                let input = Input(&reader)
                try Route.check(reader)
                return try handle(context, input)
            })
    }

    /// A route of the JSON API answered on the event loop, at once: like ``json(_:_:_:_:access:limit:cache:statuses:refusals:handle:)``
    /// for answers that wait for nothing and that everybody may have.
    public static func immediateJSON<Input: RouteInput, Output: JSONRepresentable>(
        _ method: HTTPMethod, _ path: String, _ name: String, _ summary: String,
        limit: LimitClass = .unlimited, cache: CacheControl = .noStore,
        handle: @escaping @Sendable (RequestContext, Input) throws -> Reply<Output>
    ) -> Route {
        Route(
            method, path, name, summary, access: .anonymous, limit: limit, cache: cache, format: .json,
            input: Input.self,
            answers: [
                Answer(
                    status: .ok, description: "Done", mediaType: "application/json",
                    schema: JSONSchema.describing(Output.self))
            ],
            refusals: [],
            handler: .immediate { context, reader in
                let input = Input(&reader)
                try Route.check(reader)
                return Route.response(try handle(context, input))
            })
    }

    private static func input<Input: RouteInput>(_ reader: FieldReader) throws -> Input {
        var reader = reader
        let input = Input(&reader)
        try check(reader)
        return input
    }

    private static func check(_ reader: FieldReader) throws {
        if reader.isUnknownResource { throw Problem(404, "not_found", "There is nothing at this address.") }
        if let problem = reader.shapeProblem { throw problem }
        if !reader.errors.isEmpty { throw Problem.validation(reader.errors) }
    }

    private static func response<Output>(_ reply: Reply<Output>) -> Response {
        var headers = reply.headers
        headers.reserve(Headers.usualCount)
        if reply.status == .noContent { return Response(.noContent, headers: headers) }
        headers.setDefault("content-type", "application/json")
        return Response(reply.status, headers: headers, body: .bytes(reply.body))
    }
}
