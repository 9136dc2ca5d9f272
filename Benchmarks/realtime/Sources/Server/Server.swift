import Glibc
import Portico
import PorticoServer

/// `/echo` sends every message back, `/socket` has topics, and what comes in at `/control` is told to topic `news`.
@main
struct Server {
    static func main() async throws {
        raiseFileLimit()
        var configuration = HTTPServer.Configuration(
            port: CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 0 : 0)
        configuration.maxConnections = 100_000
        let server = HTTPServer(configuration: configuration, responder: Responder())
        print("port \(try await server.start())")
        fflush(nil)
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        await server.shutdown()
    }

    private static func raiseFileLimit() {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

private struct Responder: HTTPResponder {
    private let hub: TopicHub
    private let sockets: TopicSockets
    private let echoLimits: WebSocket.Limits

    init() {
        hub = TopicHub()
        var limits = TopicSockets.Limits()
        limits.socketsPerUser = .max
        sockets = TopicSockets(hub: hub, limits: limits)
        var echo = WebSocket.Limits()
        echo.maximumMessage = 32 << 20
        echo.maximumFrame = 32 << 20
        echo.maximumWaiting = 256 << 20
        echoLimits = echo
    }

    func bodyLimit(for head: RequestHead) -> Int { 0 }

    func respondAtOnce(to request: Request) -> Response? {
        do {
            switch request.head.path {
            case "/socket": return try sockets.response(to: request.head, user: "anybody") { $0 }
            case "/control": return try open(request, Control(hub: hub))
            default: return try open(request, Echo())
            }
        } catch {
            return .text(error.code, status: error.status)
        }
    }

    private func open(_ request: Request, _ endpoint: any WebSocketEndpoint) throws(Problem) -> Response {
        WebSocket.response(
            to: try WebSocketHandshake(request.head), limits: echoLimits, endpoint: endpoint)
    }

    func respond(to request: Request) async -> Response { .text("nothing here", status: 404) }

    func refusal(_ status: HTTPStatus, head: RequestHead?, peer: String) -> Response {
        .text(status.phrase, status: status)
    }
}

private final class Echo: WebSocketEndpoint {
    func received(_ message: WebSocketMessage, from socket: WebSocket) {
        socket.send(message)
    }
}

private final class Control: WebSocketEndpoint {
    private let hub: TopicHub

    init(hub: TopicHub) {
        self.hub = hub
    }

    func received(_ message: WebSocketMessage, from socket: WebSocket) {
        hub.publish([
            TopicMessage(
                position: nil, topics: ["news"], event: "news",
                data: .string(String(decoding: message.bytes, as: UTF8.self)))
        ])
    }
}
