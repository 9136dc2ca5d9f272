import PorticoJSON
import PorticoSQL
import PorticoValues

/// Keeps the indexes of the queue from growing without end.
///
/// Each job passes through several of them, and where entries come and go out of order a PostgreSQL index keeps pages that are
/// almost empty. The server's own statistics say how large each is and how many rows it holds; one that takes far more
/// than these can need is built anew at a quiet hour, while the queue works. It is a job like others: on one node at a
/// time, seen in the console, at an hour that operators change.
public struct JobIndexGuard: Sendable {
    /// The table whose indexes are guarded.
    static let table = "jobs"
    /// The hour at which it looks, in UTC.
    static let hour = "45 21 * * *"

    /// Indexes that take less are left as they are.
    public let leastBytes: Int64
    /// The most that an entry may take on the average. Those of the queue's indexes need 20 to 150 bytes, and half as much
    /// again in a tree that has grown.
    public let bytesPerEntry: Int64
    private let database: Database

    /// A guard over the queue of a database; by default from 32 MiB and 400 bytes an entry on.
    public init(database: Database, leastBytes: Int64 = 32 << 20, bytesPerEntry: Int64 = 400) {
        self.database = database
        self.leastBytes = leastBytes
        self.bytesPerEntry = bytesPerEntry
    }

    /// How much room the queue's table takes; nil where the engine keeps no statistics of it.
    /// - Throws: ``SQLError``.
    public func room() async throws -> TableRoom? {
        try await database.read { [engine = database.engine] in try engine.room(of: JobIndexGuard.table, $0) }
    }

    /// Whether an index takes far more room than what it holds can need.
    public func isBloated(_ index: TableRoom.Index) -> Bool {
        guard let entries = index.entries, index.bytes >= leastBytes else { return false }
        return index.bytes / max(1, bytesPerEntry) > entries
    }

    /// Adds the care to what an application's worker does.
    /// - Returns: when it does it; for the worker's schedules.
    /// - Throws: ``ScheduleError``.
    public func register(in book: inout JobBook) throws -> Schedule {
        book.answer(CareForJobIndexes.self) { [self] _, run in try await care(run) }
        return try Schedule("jobs.care", JobIndexGuard.hour, catchUp: .skip) { _ in CareForJobIndexes() }
    }

    /// Builds the indexes anew that need it, the largest first.
    private func care(_ run: JobRun) async throws -> JSONValue {
        guard let before = try await room() else { return ["rebuilt": []] }
        let ill = before.indexes.filter { isBloated($0) || $0.hasRemains }
        var rebuilt: [String] = []
        for (number, index) in ill.enumerated() {
            try await run.progress(Int64(number), of: Int64(ill.count))
            switch try await database.engine.rebuildIndex(index.name) {
            case .done: rebuilt.append(index.name)
            case .impossible(let reason):
                return ["rebuilt": .array(rebuilt.map { .string($0) }), "impossible": .string(reason)]
            }
        }
        let after = try await room() ?? before
        return [
            "rebuilt": .array(rebuilt.map { .string($0) }), "bytes_before": .integer(before.indexBytes),
            "bytes_after": .integer(after.indexBytes),
        ]
    }
}

extension TableRoom {
    /// What all indexes take.
    public var indexBytes: Int64 { indexes.reduce(0) { $0 + $1.bytes } }
}

/// Has the queue's indexes looked after.
struct CareForJobIndexes: Job {
    static let name = "jobs.care"
    static let policy = JobPolicy(retries: 1, firstRetry: .minutes(10), softTimeout: .hours(5), hardTimeout: .hours(6))
    var payload: JSONValue { .object([]) }
    var uniqueness: JobUniqueness? { .whileActive("indexes") }

    init() {}
    init(payload: JSONValue) {}
}
