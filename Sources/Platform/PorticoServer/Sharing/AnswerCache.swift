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
        policy.jitter = 0.05
        policy.softTimeout = nil
        // A page that is never made must not keep all others who ask for it.
        policy.hardTimeout = .seconds(10)
        cache = Cache(policy, in: registry, weigh: { $0.target.utf8.count + $0.variant.utf8.count + $1.weight })
    }

    /// A fresh copy, if there is one that need not be made anew yet.
    func answer(for key: AnswerKey) -> SharedAnswer? { cache.glance(at: key) }

    /// A copy, made where there is none.
    /// - Throws: ``Unkept`` with an answer that is not to be kept, `CacheTimeout`, `CancellationError`.
    func answer(
        for key: AnswerKey, on terms: SharedTerms, make: @escaping @Sendable () async -> Response
    ) async throws -> SharedAnswer {
        try await cache.value(for: key) { [cache] load in
            load.ttl = .seconds(Int64(terms.caching.seconds))
            load.staleWhileRevalidate = .seconds(Int64(terms.caching.staleWhileRevalidate))
            load.staleIfError = .seconds(Int64(max(terms.caching.staleIfError, terms.caching.staleWhileRevalidate)))
            load.tags = terms.caching.tags.map { CacheTag($0) }
            let response = await make()
            if let body = AnswerCache.keepable(response, terms.caching) {
                return SharedAnswer(response, body: body, terms: terms)
            }
            // Only a source that fails is no word about the page: gone or moved ends what was kept (RFC 5861 §4).
            let isFinal = response.status.code < 500 && response.status != 429
            if isFinal, load.previous != nil { await cache.remove(key) }
            throw Unkept(response: response)
        }
    }

    /// The body of an answer that depends on nothing but its address, the coding of its body and what was declared, and that
    /// may be kept.
    private static func keepable(_ response: Response, _ caching: SharedCaching) -> [UInt8]? {
        guard response.status == .ok, case .bytes(let body) = response.body, response.headers["set-cookie"] == nil,
            varied(response).isSubset(of: caching.varying.map(\.name) + ["accept-encoding"])
        else { return nil }
        let isForbidden = response.headers.values("cache-control").contains { value in
            let directives = value.lowercased()
            return directives.contains("no-store") || directives.contains("private")
        }
        return isForbidden ? nil : body
    }

    /// The fields of requests by which an answer says that it differs, in lower case.
    private static func varied(_ response: Response) -> Set<String> {
        let names = response.headers.values("vary").flatMap { $0.lowercased().split(separator: ",") }
        return Set(names.map { name in String(name.filter { $0 != " " && $0 != "\t" }) })
    }

    /// An answer that is not kept: a refusal, a failure, a stream.
    struct Unkept: Error {
        let response: Response

        /// Whether it was made for whoever asks, so that all who waited may have it.
        var isForAll: Bool {
            if case .stream = response.body { return false }
            return response.status != .ok
        }
    }
}

extension AnswerKey: CacheKey {
    var cacheText: String {
        let text = "\(coding.rawValue) \(target)"
        return variant.isEmpty ? text : "\(text) \(variant)"
    }
}
