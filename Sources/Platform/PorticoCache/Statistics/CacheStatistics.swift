/// What a cache holds and has done since the process started.
public struct CacheStatistics: Sendable, Hashable {
    /// The name of the cache.
    public let name: String
    /// What it holds in process, and the reads there.
    public let local: LocalCacheUsage
    /// Reads of tier 2 that brought a fresh value.
    public let sharedHits: Int
    /// Reads of tier 2 that did not.
    public let sharedMisses: Int
    /// Values written to tier 2.
    public let sharedWrites: Int
    /// Values that tier 2 refused because something was newer.
    public let refusedSharedWrites: Int
    /// Values from tier 2 in a form that this program does not know.
    public let undecodable: Int
    /// Stale values that were served.
    public let staleServes: Int
    /// Refreshes before the time was up.
    public let earlyRefreshes: Int
    /// Callers that waited for the load of another one.
    public let coalescedWaits: Int
    /// Times a node looked again whether another one has loaded.
    public let leaseWaits: Int
    /// Loads that succeeded.
    public let loads: Int
    /// Their time together, in nanoseconds.
    public let loadNanoseconds: Int64
    /// Loads that failed.
    public let loadFailures: Int
    /// Callers that were told of the hard timeout.
    public let timeouts: Int
    /// Loaded values that were not stored because they had been invalidated meanwhile.
    public let refusedStores: Int
    /// Loads under way.
    public let loading: Int

    /// The part of all reads that found a fresh value in process; 0 before the first.
    public var localHitRatio: Double {
        let reads = local.hits + local.misses
        return reads == 0 ? 0 : Double(local.hits) / Double(reads)
    }
}

/// A cache of any types, as console and metrics see it.
protocol ReportingCache: Sendable {
    var policy: CachePolicy { get }
    var statistics: CacheStatistics { get }
}

extension Cache: ReportingCache {
    /// What the cache holds and has done.
    public var statistics: CacheStatistics {
        let loads = counters.loads
        return CacheStatistics(
            name: policy.name, local: local.usage, sharedHits: counters.count(.sharedHit),
            sharedMisses: counters.count(.sharedMiss), sharedWrites: counters.count(.sharedWrite),
            refusedSharedWrites: counters.count(.refusedSharedWrite), undecodable: counters.count(.undecodable),
            staleServes: counters.count(.staleServe), earlyRefreshes: counters.count(.earlyRefresh),
            coalescedWaits: counters.count(.coalescedWait), leaseWaits: counters.count(.leaseWait),
            loads: loads.count, loadNanoseconds: loads.nanoseconds, loadFailures: counters.count(.loadFailure),
            timeouts: counters.count(.timeout), refusedStores: counters.count(.refusedStore), loading: flights.count)
    }
}
