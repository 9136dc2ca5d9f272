import Logging
import PorticoCache
import PorticoHTTP
import PorticoPages
import PorticoServer
import PorticoTelemetry
import PorticoValues
import Synchronization

/// A server of a real site whose answers are kept.
struct SharingServer: Sendable {
    let port: Int
    let caches: CacheRegistry

    static func run(
        _ routes: [Route], caches: CacheRegistry = CacheRegistry(),
        change: (inout Site.Configuration) -> Void = { _ in }, _ body: (SharingServer) async throws -> Void
    ) async throws {
        let site = try site([Mount(id: "open", prefix: "/open", title: "Open", routes: routes)], change)
        let server = HTTPServer(
            configuration: HTTPServer.Configuration(port: 0), responder: site, answers: AnswerCache(in: caches))
        let port = try await server.start()
        do {
            try await body(SharingServer(port: port, caches: caches))
        } catch {
            await server.shutdown()
            throw error
        }
        await server.shutdown()
    }

    static func site(_ mounts: [Mount], _ change: (inout Site.Configuration) -> Void = { _ in }) throws -> Site {
        var configuration = Site.Configuration(
            mounts: mounts, csrf: CSRFSigner(key: [UInt8](repeating: 1, count: 32)), clock: Clock(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
            assets: AssetLinks { $0 })
        change(&configuration)
        return try Site(configuration)
    }

    /// A route of another kind that is declared to be kept.
    static func odd(_ answer: @escaping @Sendable () -> Response) -> Route {
        .raw(
            .get, "/odd", "odd", "Something odd", access: .anonymous, limit: .unlimited,
            cache: .shared(SharedCaching(seconds: 60, staleWhileRevalidate: 60)), mediaType: "text/plain"
        ) { (_: RequestContext, _: NoInput) in answer() }
    }

    /// A page that tells how often it was made.
    static func page(
        _ count: Count, _ sharing: SharedCaching = SharedCaching(seconds: 60),
        wait: @escaping @Sendable () async throws -> Void = {}
    ) -> Route {
        .raw(
            .get, "/page/{name}", "page", "A page", access: .anonymous, limit: .unlimited, cache: .shared(sharing),
            mediaType: "text/plain"
        ) { (context: RequestContext, input: PageName) in
            try await wait()
            let text = "\(input.name) \(count.next()) \(context.request.head.headers["cookie"] ?? "nobody")"
            return .text(text + String(repeating: ".", count: 2000))
        }
    }

    /// Something else, slow if it should be.
    static func plain(_ wait: @escaping @Sendable () async -> Void = {}) -> Route {
        .raw(
            .post, "/plain", "plain", "Something else", access: .anonymous, limit: .unlimited, mediaType: "text/plain"
        ) { (context: RequestContext, _: NoInput) in
            await wait()
            return .text("plain \(String(decoding: context.request.body, as: UTF8.self))")
        }
    }
}

/// How often something happened.
final class Count: Sendable {
    private let number = Mutex(0)

    var value: Int { number.withLock { $0 } }

    func next() -> Int {
        number.withLock {
            $0 += 1
            return $0
        }
    }
}

struct PageName: RouteInput {
    let name: String

    init(_ fields: inout FieldReader) {
        name = fields.text("name", 1...40, "Which page")
    }
}
