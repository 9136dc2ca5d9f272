import Portico
import Synchronization

/// What the client of a stream or socket came with, or the token that it has sent since.
final class LiveBadge: Sendable {
    private let opened: Principal?
    private let caller: @Sendable (RequestHead) async throws -> Principal?
    private let head: Mutex<RequestHead>
    private let isToken: Bool

    /// - Parameter opened: who opened the stream or socket.
    init(
        _ head: RequestHead, opened: Principal?, _ caller: @escaping @Sendable (RequestHead) async throws -> Principal?
    ) {
        self.opened = opened
        self.caller = caller
        self.head = Mutex(head)
        isToken = head.headers["authorization"]?.lowercased().hasPrefix("bearer ") ?? false
    }

    /// Whether the session or token is still that of the same person with the same role and area; unknown while the
    /// database can't tell.
    func standing() async -> WatcherStanding {
        await standing(of: head.withLock { $0 })
    }

    /// Takes a fresh token of the same person with the same role and area; nil where the client came with a cookie, which is
    /// nobody's to send anew.
    var renewal: TopicSockets.Renew? {
        guard isToken else { return nil }
        return { [self] token in await renew(token) }
    }

    private func renew(_ token: String) async -> WatcherStanding {
        var fresh = head.withLock { $0 }
        fresh.headers["cookie"] = nil
        fresh.headers["authorization"] = "Bearer \(token)"
        let standing = await standing(of: fresh)
        guard standing == .allowed else { return standing }
        let taken = fresh
        head.withLock { $0 = taken }
        return .allowed
    }

    private func standing(of head: RequestHead) async -> WatcherStanding {
        guard let opened else { return .over }
        return await .asking { try await caller(head) == opened }
    }
}
