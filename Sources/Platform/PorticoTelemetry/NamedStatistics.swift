import Synchronization

/// Count, time, errors and rows by name: the query log is one of these, keyed by statement name.
///
/// The number of names is bounded; further ones share the entry `_other_`, so a name built at run time cannot fill the
/// memory.
public final class NamedStatistics: Sendable {
    private let maximumNames: Int
    private let recorders = Mutex<[String: StatisticRecorder]>([:])

    /// Statistics for at most `maximumNames` names (and `_other_`).
    public init(maximumNames: Int = 1000) {
        self.maximumNames = max(1, maximumNames)
    }

    /// The recorder of a name; always the same one until ``reset()``. Keep it where a path is hot.
    public func recorder(for name: String) -> StatisticRecorder {
        recorders.withLock { recorders in
            if let recorder = recorders[name] { return recorder }
            let key = recorders.count >= maximumNames ? overflowLabelValue : name
            if let recorder = recorders[key] { return recorder }
            let recorder = StatisticRecorder(name: key)
            recorders[key] = recorder
            return recorder
        }
    }

    /// Records one use of `name`.
    public func record(_ name: String, nanoseconds: Int64, rows: Int = 0, failed: Bool = false) {
        recorder(for: name).record(nanoseconds: nanoseconds, rows: rows, failed: failed)
    }

    /// All names, those with the greatest total time first; equal ones by name.
    public func snapshot() -> [NamedStatistic] {
        recorders.withLock { Array($0.values) }.map { $0.statistic() }
            .sorted { ($1.totalNanoseconds, $0.name) < ($0.totalNanoseconds, $1.name) }
    }

    /// Forgets all names. Recorders handed out before go on counting for nobody.
    public func reset() {
        recorders.withLock { $0.removeAll() }
    }
}

/// Counts for one name of ``NamedStatistics``. Lock-free.
public final class StatisticRecorder: Sendable {
    /// The name it counts for; `_other_` when the names were full.
    public let name: String
    private let latency = LatencyHistogram()
    private let errors = Atomic<Int64>(0)
    private let rows = Atomic<Int64>(0)

    init(name: String) {
        self.name = name
    }

    /// Records one use: how long it took, how many rows it returned or changed, and whether it failed.
    public func record(nanoseconds: Int64, rows count: Int = 0, failed: Bool = false) {
        latency.record(nanoseconds: nanoseconds)
        if count > 0 { rows.wrappingAdd(Int64(count), ordering: .relaxed) }
        if failed { errors.wrappingAdd(1, ordering: .relaxed) }
    }

    /// What was recorded so far.
    public func statistic() -> NamedStatistic {
        NamedStatistic(
            name: name, latency: latency.snapshot(), errors: Int(errors.load(ordering: .relaxed)),
            rows: Int(rows.load(ordering: .relaxed)))
    }
}

/// The counts of one name at one moment; durations are nanoseconds.
public struct NamedStatistic: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The full distribution, for quantiles other than the ones below.
    public let latency: LatencySnapshot
    /// How many uses failed; they are part of ``count`` and of the times.
    public let errors: Int
    /// Rows returned or changed.
    public let rows: Int

    /// Uses.
    public var count: Int { latency.count }
    /// Time of all uses together, in nanoseconds.
    public var totalNanoseconds: Int64 { latency.sumNanoseconds }
    /// The average time, in nanoseconds.
    public var meanNanoseconds: Int64 { latency.meanNanoseconds }
    /// Half of the uses took at most this long, in nanoseconds.
    public var p50: Int64 { latency.p50 }
    /// 95 % of the uses took at most this long, in nanoseconds.
    public var p95: Int64 { latency.p95 }
    /// 99 % of the uses took at most this long, in nanoseconds.
    public var p99: Int64 { latency.p99 }
    /// The slowest use, in nanoseconds.
    public var slowest: Int64 { latency.maxNanoseconds }
}
