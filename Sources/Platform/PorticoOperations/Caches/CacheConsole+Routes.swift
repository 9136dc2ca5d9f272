import PorticoCache
import PorticoHTTP
import PorticoJSON

extension CacheConsole {
    /// The routes with which programs of operators see and purge caches, for the mount of the application.
    public func routes(limit: LimitClass = .pages) -> [Route] {
        [list, purge].map { $0.limited(by: limit) }
    }

    private var list: Route {
        .json(
            .get, "/api/v1/operations/caches", "listCaches",
            "The caches of this node with what they hold and have done",
            access: ConsolePermission.read
        ) { (_: RequestContext, _: NoInput) -> Reply<ListAnswer<CacheAnswer>> in
            .ok(ListAnswer(items: caches.statistics.map { CacheAnswer(statistics: $0) }, nextCursor: nil))
        }
    }

    private var purge: Route {
        .json(
            .post, "/api/v1/operations/caches/purge", "purgeCaches",
            "Outdate what carries a tag, a whole cache, or everything, on all nodes", access: ConsolePermission.write,
            refusals: [(404, "not_found")]
        ) { (context: RequestContext, input: PurgeInput) -> Reply<PurgeAnswer> in
            .ok(PurgeAnswer(isTold: try await purge(input.target, by: context)))
        }
    }
}

/// What is to be outdated: one of three.
private struct PurgeInput: RouteInput {
    let target: CacheConsole.Target

    init(_ fields: inout FieldReader) {
        let tag = fields.optionalText("tag", 1...300, "Values that carry this tag")
        let cache = fields.optionalText("cache", 1...100, "All values of this cache")
        let everything = fields.flag("everything", "All values of all caches")
        if [tag != nil, cache != nil, everything].count(where: \.self) != 1 {
            fields.refuse("tag", "required", "say one of tag, cache and everything")
        }
        target = tag.map { .tag($0) } ?? cache.map { .cache($0) } ?? .everything
    }
}

/// Whether everybody knows.
private struct PurgeAnswer: JSONRepresentable {
    let isTold: Bool

    static let schemaName = "CachePurge"
    static let example = PurgeAnswer(isTold: true)

    func write(to object: inout JSONObjectWriter) {
        object.field(
            "told", isTold, "Whether tier 2 and all nodes were told; when not, they will be as soon as they can be")
    }
}

/// A cache as programs of operators see it.
private struct CacheAnswer: JSONRepresentable {
    let statistics: CacheStatistics?

    static let schemaName = "CacheStanding"
    static let example = CacheAnswer(statistics: nil)

    func write(to object: inout JSONObjectWriter) {
        object.field("name", statistics?.name ?? "bags.summary", "Its name")
        object.field("entries", statistics?.local.entries ?? 120, "Values in this process")
        object.field("bytes", statistics?.local.bytes ?? 48_000, "Bytes of these")
        object.field("hits", statistics?.local.hits ?? 9_000, "Reads that found a fresh value in this process")
        object.field("misses", statistics?.local.misses ?? 120, "Reads that did not")
        object.field("shared_hits", statistics?.sharedHits ?? 0, "Reads of tier 2 that brought a fresh value")
        object.field("shared_misses", statistics?.sharedMisses ?? 0, "Reads of tier 2 that did not")
        object.field("stale_serves", statistics?.staleServes ?? 0, "Stale values that were served")
        object.field("early_refreshes", statistics?.earlyRefreshes ?? 0, "Refreshes before the time was up")
        object.field(
            "coalesced_waits", statistics?.coalescedWaits ?? 0, "Callers that waited for the load of another one")
        object.field("evictions", statistics?.local.evictions ?? 0, "Values that went because there was no room")
        object.field("evicted_bytes", statistics?.local.evictedBytes ?? 0, "Bytes of these")
        object.field("loads", statistics?.loads ?? 120, "Loads that succeeded")
        object.field("load_failures", statistics?.loadFailures ?? 0, "Loads that failed")
        object.field("loading", statistics?.loading ?? 0, "Loads under way")
    }
}
