import PorticoCache
import PorticoHTTP
import PorticoValues

/// The answers that are the same for everybody, kept in memory and given to whoever asks the same.
///
/// One copy of each variant, made by one request while others wait, outdated by its tags, given for a while longer where
/// the declaration of its route says so. Values live in this process only: every node makes its own, and an invalidation
/// reaches them all.
public final class AnswerCache: Sendable {
    let cache: Cache<AnswerKey, SharedAnswer>

    /// An empty cache of a registry.
    /// - Parameter bytes: the most memory it may take.
    public init(in registry: CacheRegistry, bytes: Int = 64 << 20) {
        var policy = CachePolicy("answers", ttl: .minutes(1))
        policy.capacity = CacheCapacity(entries: 50_000, bytes: bytes)
        // Copies of one page expire together all the same: each is made when its page is first asked for.
        policy.jitter = 0.05
        policy.softTimeout = nil
        cache = Cache(policy, in: registry, weigh: { $1.weight })
    }

    /// A fresh copy, if there is one.
    func answer(for key: AnswerKey) -> SharedAnswer? { cache.value(for: key) }

    /// A copy, made where there is none.
    /// - Throws: ``Unkept`` with an answer that is for nobody else.
    func answer(
        for key: AnswerKey, on terms: SharedTerms, make: @escaping @Sendable () async -> Response
    ) async throws -> SharedAnswer {
        try await cache.value(for: key) { load in
            load.ttl = .seconds(Int64(terms.caching.seconds))
            load.staleWhileRevalidate = .seconds(Int64(terms.caching.staleWhileRevalidate))
            load.staleIfError = .seconds(Int64(max(terms.caching.staleIfError, terms.caching.staleWhileRevalidate)))
            load.tags = terms.caching.tags.map { CacheTag($0) }
            let response = await make()
            guard response.status == .ok, case .bytes(let body) = response.body, AnswerCache.maySuffice(response) else {
                throw Unkept(response: response)
            }
            return SharedAnswer(response, body: body, terms: terms)
        }
    }

    /// Whether the answer depends on nothing but its address and the coding of its body.
    private static func maySuffice(_ response: Response) -> Bool {
        response.headers.values("vary").allSatisfy { $0.lowercased() == "accept-encoding" }
    }

    /// An answer that is not kept: a refusal, a failure, a stream.
    struct Unkept: Error {
        let response: Response
    }
}

extension AnswerKey: CacheKey {
    var cacheText: String { "\(coding.rawValue) \(target)" }
}
