import PorticoCache

/// The notices of the caches over the backplane of all nodes, under the topic `cache`.
public struct RedisCacheBackplane: CacheBackplane {
    private static let topic = "cache"

    private let backplane: RedisBackplane

    /// The caches' part of a backplane; shutting that down stays with whoever made it.
    public init(_ backplane: RedisBackplane) {
        self.backplane = backplane
    }

    /// See `CacheBackplane`.
    /// - Throws: ``RedisError``.
    public func publish(_ notice: CacheNotice) async throws {
        try await backplane.send(notice.bytes, about: RedisCacheBackplane.topic)
    }

    /// See `CacheBackplane`.
    public func listen(_ hear: @escaping @Sendable (CacheBackplaneEvent) async -> Void) async {
        for await event in backplane.events(about: [RedisCacheBackplane.topic]) {
            switch event {
            case .gap:
                await hear(.gap)
            case .interrupted:
                await hear(.interrupted)
            case .notice(let notice):
                // What cannot be read may have said anything.
                await hear(CacheNotice(notice.payload).map { .notice($0) } ?? .gap)
            }
        }
    }
}
