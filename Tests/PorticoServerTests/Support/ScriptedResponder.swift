import PorticoHTTP
import PorticoServer

/// A responder made of closures. Without any it echoes method, target and body at once.
struct ScriptedResponder: HTTPResponder {
    var limit = 1 << 20
    var atOnce: @Sendable (Request) -> Response? = { request in
        let body = String(decoding: request.body, as: UTF8.self)
        return .text("\(request.head.method) \(request.head.target) \(body)")
    }
    var later: @Sendable (Request) async -> Response = { _ in .text("later") }
    /// Takes every body, where there is one.
    var receiver: (any BodyReceiver)?

    /// Answers everything in a task.
    static func async(_ later: @escaping @Sendable (Request) async -> Response) -> ScriptedResponder {
        ScriptedResponder(atOnce: { _ in nil }, later: later)
    }

    func bodyLimit(for head: RequestHead) -> Int { limit }
    func hasReceiver(for head: RequestHead) -> Bool { receiver != nil }
    func receiver(for head: RequestHead) async -> BodyAdmission {
        receiver.map { .receive($0) } ?? .refuse(Response(413))
    }
    func respondAtOnce(to request: Request) -> Response? { atOnce(request) }
    func respond(to request: Request) async -> Response { await later(request) }

    func refusal(_ status: HTTPStatus, head: RequestHead?, peer: String) -> Response {
        .text("refused \(status.code)", status: status)
    }
}

/// Runs a server on a free port while `body` runs.
func withServer(
    _ responder: ScriptedResponder = ScriptedResponder(), observer: (any ServerObserver)? = nil,
    _ change: (inout HTTPServer.Configuration) -> Void = { _ in },
    _ body: (Int, HTTPServer) async throws -> Void
) async throws {
    var configuration = HTTPServer.Configuration(port: 0)
    configuration.drainTimeout = .milliseconds(200)
    change(&configuration)
    let server = HTTPServer(configuration: configuration, responder: responder, observer: observer)
    let port = try await server.start()
    do {
        try await body(port, server)
    } catch {
        await server.shutdown()
        throw error
    }
    await server.shutdown()
}

/// A GET of that target as it stands on the wire.
func get(_ target: String, _ fields: String = "") -> String {
    "GET \(target) HTTP/1.1\r\nHost: test\r\n\(fields)\r\n"
}
