import Portico
import Synchronization

/// What the client of a socket came with, or the token that it has sent since.
final class SocketBadge: Sendable {
    private let opened: Principal?
    private let caller: @Sendable (RequestHead) async throws -> Principal?
    private let head: Mutex<RequestHead>
    private let isToken: Bool

    /// - Parameter opened: who opened the socket.
    init(
        _ head: RequestHead, opened: Principal?, _ caller: @escaping @Sendable (RequestHead) async throws -> Principal?
    ) {
        self.opened = opened
        self.caller = caller
        self.head = Mutex(head)
        isToken = head.headers["authorization"]?.lowercased().hasPrefix("bearer ") ?? false
    }

    /// Whether the session or token is still that of the same person with the same role and area; while the database can't
    /// tell, it is not.
    func isGood() async -> Bool {
        await isOfSame(head.withLock { $0 })
    }

    /// Takes a fresh token of the same person with the same role and area; nil where the client came with a cookie, which is
    /// nobody's to send anew.
    var renewal: TopicSockets.Renew? {
        guard isToken else { return nil }
        return { [self] token in await renew(token) }
    }

    private func renew(_ token: String) async -> Bool {
        var fresh = head.withLock { $0 }
        fresh.headers["cookie"] = nil
        fresh.headers["authorization"] = "Bearer \(token)"
        guard await isOfSame(fresh) else { return false }
        let taken = fresh
        head.withLock { $0 = taken }
        return true
    }

    private func isOfSame(_ head: RequestHead) async -> Bool {
        guard let opened, let now = try? await caller(head) else { return false }
        return now == opened
    }
}
