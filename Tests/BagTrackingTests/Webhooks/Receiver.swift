import Portico
import PorticoServer
import Synchronization

@testable import BagTracking

/// Somebody outside who is called: a server of one test on a free port of this machine.
final class Receiver: HTTPResponder {
    private struct State {
        var messages: [Request] = []
        var refused: [Request] = []
        var refusals: (count: Int, status: HTTPStatus) = (0, 503)
    }

    private let state = Mutex(State())
    private let server = Mutex<HTTPServer?>(nil)

    /// What came, in order, and was taken.
    var messages: [Request] { state.withLock(\.messages) }

    /// What came, in order, and was refused.
    var refused: [Request] { state.withLock(\.refused) }

    /// Refuses so many messages before it takes the next.
    func refuse(_ count: Int, with status: HTTPStatus = 503) {
        state.withLock { $0.refusals = (count, status) }
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
        let refusal = state.withLock { state -> HTTPStatus? in
            guard state.refusals.count == 0 else {
                state.refusals.count -= 1
                state.refused.append(request)
                return state.refusals.status
            }
            state.messages.append(request)
            return nil
        }
        return .text(refusal == nil ? "thanks" : "not now", status: refusal ?? .ok)
    }

    func refusal(_ status: HTTPStatus, head: RequestHead?, peer: String) -> Response { .text("", status: status) }
}
