import PorticoJSON
import PorticoSQL

/// Who does which job. Filled once, when an application starts.
///
/// ```swift
/// var book = JobBook()
/// book.handle(ImportBags.self) { job, run in try await importer.load(job.file, telling: run) }
/// book.surround { run, next in
///     let started = monotonicNanoseconds()
///     defer { durations.with(run.name).observe(nanoseconds: monotonicNanoseconds() - started) }
///     return try await next()
/// }
/// ```
public struct JobBook: Sendable {
    typealias Handler = @Sendable (JSONValue, JobRun) async throws -> JSONValue?

    /// What is done around the runs of all jobs: it calls `next` once for the run itself, or throws in its place what
    /// handlers may throw.
    public typealias Surrounding =
        @Sendable (
            _ run: JobRun, _ next: @Sendable () async throws -> JSONValue?
        ) async throws -> JSONValue?

    struct Entry: Sendable {
        let policy: JobPolicy
        let version: Int
        let handler: Handler
    }

    private(set) var entries: [String: Entry] = [:]
    private var surroundings: [Surrounding] = []

    /// An empty book.
    public init() {}

    /// Names who does jobs of a kind. A run may be repeated: what it does is done again, or done in
    /// ``JobRun/finish(_:in:)``.
    public mutating func handle<Kind: Job>(
        _ kind: Kind.Type, _ body: @escaping @Sendable (Kind, JobRun) async throws -> Void
    ) {
        answer(kind) { job, run in
            try await body(job, run)
            return nil
        }
    }

    /// Names who does jobs of a kind that have a result.
    public mutating func answer<Kind: Job>(
        _ kind: Kind.Type, _ body: @escaping @Sendable (Kind, JobRun) async throws -> JSONValue?
    ) {
        precondition(entries[Kind.name] == nil, "the job \(Kind.name) has a handler already")
        entries[Kind.name] = Entry(policy: Kind.policy, version: Kind.version) { payload, run in
            let job: Kind
            do {
                let version = run.job.version
                job = try Kind(
                    payload: version < Kind.version ? Kind.upgraded(payload, from: version) : payload)
            } catch {
                throw JobFailure.permanent("bad_payload", "The job can't be read.", detail: "\(error)", because: error)
            }
            return try await body(job, run)
        }
    }

    /// Does something around the runs of all jobs of the book. What was added first is outermost.
    public mutating func surround(_ surrounding: @escaping Surrounding) {
        surroundings.append(surrounding)
    }

    /// Runs a handler with what surrounds it.
    func perform(_ entry: Entry, _ payload: JSONValue, _ run: JobRun) async throws -> JSONValue? {
        var step: @Sendable () async throws -> JSONValue? = { try await entry.handler(payload, run) }
        for surrounding in surroundings.reversed() {
            let next = step
            step = { try await surrounding(run, next) }
        }
        return try await step()
    }

    /// The queues of all jobs in the book.
    var queues: [String] { Set(entries.values.map(\.policy.queue)).sorted() }
}
