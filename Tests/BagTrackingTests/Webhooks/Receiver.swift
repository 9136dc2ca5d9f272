import Portico
import PorticoServer
import Synchronization

@testable import BagTracking

/// Somebody outside who is called: a server of one test on a free port of this machine.
final class Receiver: HTTPResponder {
    private let state = Mutex<(messages: [Request], refusals: Int)>(([], 0))
    private let server = Mutex<HTTPServer?>(nil)

    /// What came, in order, and was taken.
    var messages: [Request] { state.withLock(\.messages) }

    /// Refuses so many messages before it takes the next.
    func refuse(_ count: Int) {
        state.withLock { $0.refusals = count }
    }

    /// Begins to listen.
    /// - Returns: its address.
    func start() async throws -> String {
        let server = HTTPServer(
            configuration: HTTPServer.Configuration(host: "127.0.0.1", port: 0), responder: self)
        let port = try await server.start()
        self.server.withLock { $0 = server }
        return "http://127.0.0.1:\(port)/hook"
    }

    func stop() async {
        await server.withLock { $0 }?.shutdown()
    }

    func bodyLimit(for head: RequestHead) -> Int { 1 << 20 }

    func respondAtOnce(to request: Request) -> Response? { nil }

    func respond(to request: Request) async -> Response {
        let isTaken = state.withLock { state in
            guard state.refusals == 0 else {
                state.refusals -= 1
                return false
            }
            state.messages.append(request)
            return true
        }
        return .text(isTaken ? "thanks" : "not now", status: isTaken ? .ok : 503)
    }

    func refusal(_ status: HTTPStatus, head: RequestHead?, peer: String) -> Response { .text("", status: status) }
}
