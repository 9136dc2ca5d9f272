import PorticoSQL
import PorticoTelemetry
import PorticoValues
import Synchronization

extension SQLiteEngine {
    /// Shows this engine in a registry. Only the first call has an effect.
    ///
    /// Besides what ``PoolMetrics`` shows of the pools `write`, `read` and `long`:
    /// - `portico_sqlite_group_writes{application}`: histogram of how many transactions shared a commit.
    /// - `portico_sqlite_wal_bytes{application}`: gauge of the write-ahead log's length in use.
    /// - `portico_sqlite_file_bytes{application}`: gauge of the file's size.
    public func register(in registry: MetricsRegistry, application: String) {
        let pools = [("write", writers), ("read", readers), ("long", longReaders)]
        figures.pools.register(in: registry, application: application) {
            pools.map { (name: $0.0, status: $0.1.status) }
        }
        figures.show(in: registry, application: application)
        let path = configuration.path
        registry.observe(
            gauge: "portico_sqlite_wal_bytes", help: "Bytes of the write-ahead log in use.", labels: ["application"]
        ) { [figures] in [(labels: [application], value: Double(figures.logBytes))] }
        registry.observe(
            gauge: "portico_sqlite_file_bytes", help: "Size of the database file.", labels: ["application"]
        ) { [(labels: [application], value: Double(DatabaseFile.size(path)))] }
    }

    /// Length of the write-ahead log in use, in bytes. It grows while a reader holds an old snapshot.
    public var logBytes: Int64 { figures.logBytes }

    /// Asks SQLite whether the file is sound (`quick_check`). Reads the whole file.
    /// - Returns: what is wrong, nothing when it is sound.
    public func faults() async throws -> [String] {
        try await withConnection(of: longReaders) { connection in
            var lines: [String] = []
            _ = try connection.run("PRAGMA quick_check", isLarge: true) { lines.append(try $0[0]) }
            return lines == ["ok"] ? [] : lines
        }
    }
}

/// What an engine counts of itself.
final class EngineFigures: Sendable {
    let pools = PoolMetrics(pools: ["write", "read", "long"])
    private let logPages = Atomic<Int>(0)
    /// On the monotonic clock; 0 while there was none.
    private let copied = Atomic<Int64>(0)
    private let groups = AtomicLazyReference<Histogram>()
    private let watcher = AtomicLazyReference<Watcher>()

    /// A page of the usual size with its header in the log (https://www.sqlite.org/fileformat2.html#walformat).
    private static let logPageBytes: Int64 = 4096 + 24

    var logBytes: Int64 { Int64(logPages.load(ordering: .relaxed)) * Self.logPageBytes }

    func committed(_ writes: Int, logPages pages: Int) {
        logPages.store(pages, ordering: .relaxed)
        groups.load()?.observe(Double(writes))
        watcher.load()?.hear(writes, pages)
    }

    func copiedLog() {
        copied.store(monotonicNanoseconds(), ordering: .relaxed)
    }

    /// For how long the log was not copied into the file; nil when it never was.
    var secondsSinceCopy: Int64? {
        let copied = copied.load(ordering: .relaxed)
        return copied == 0 ? nil : (monotonicNanoseconds() - copied) / 1_000_000_000
    }

    /// Tells `hear` of every commit from now on. Only the first call has an effect.
    func watch(_ hear: @escaping @Sendable (_ writes: Int, _ logPages: Int) -> Void) {
        _ = watcher.storeIfNil(Watcher(hear))
    }

    func show(in registry: MetricsRegistry, application: String) {
        let family = registry.histogram(
            "portico_sqlite_group_writes", help: "Transactions that shared a commit.", labels: ["application"],
            buckets: HistogramBuckets([1, 2, 4, 8, 16, 32, 64, 128, 256]))
        _ = groups.storeIfNil(family.with(application))
    }

    private final class Watcher: Sendable {
        let hear: @Sendable (_ writes: Int, _ logPages: Int) -> Void

        init(_ hear: @escaping @Sendable (_ writes: Int, _ logPages: Int) -> Void) {
            self.hear = hear
        }
    }
}
