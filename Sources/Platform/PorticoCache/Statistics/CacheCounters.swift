import Synchronization

/// What happened to a cache off the hit path.
enum CacheHappening: Int, CaseIterable, Sendable {
    case staleServe
    case earlyRefresh
    case coalescedWait
    case loadFailure
    case timeout
    case refusedStore
    case sharedHit
    case sharedMiss
    case sharedWrite
    case refusedSharedWrite
    case leaseWait
    case undecodable
    case sharedFailure
    case breakerRefusal
}

/// Counts of happenings, and of loads with their time. Not for the hit path, whose counts are in the shards.
final class CacheCounters: Sendable {
    private struct Counts: Sendable {
        var happenings = [Int](repeating: 0, count: CacheHappening.allCases.count)
        var loads = 0
        var loadNanoseconds: Int64 = 0
    }

    private let counts = Mutex(Counts())

    func add(_ happening: CacheHappening) {
        counts.withLock { $0.happenings[happening.rawValue] += 1 }
    }

    func record(loadNanoseconds nanoseconds: Int64) {
        counts.withLock { counts in
            counts.loads += 1
            counts.loadNanoseconds += nanoseconds
        }
    }

    func count(_ happening: CacheHappening) -> Int {
        counts.withLock { $0.happenings[happening.rawValue] }
    }

    var loads: (count: Int, nanoseconds: Int64) {
        counts.withLock { (count: $0.loads, nanoseconds: $0.loadNanoseconds) }
    }
}
