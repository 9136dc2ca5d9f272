import PorticoJSON
import PorticoSQL

/// Who does which job. Filled once, when an application starts.
///
/// ```swift
/// var book = JobBook()
/// book.handle(ImportBags.self) { job, run in try await importer.load(job.file, telling: run) }
/// ```
public struct JobBook: Sendable {
    typealias Handler = @Sendable (JSONValue, JobRun) async throws -> JSONValue?

    struct Entry: Sendable {
        let policy: JobPolicy
        let handler: Handler
    }

    private(set) var entries: [String: Entry] = [:]

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
        entries[Kind.name] = Entry(policy: Kind.policy) { payload, run in
            let job: Kind
            do {
                job = try Kind(payload: payload)
            } catch {
                throw JobFailure.permanent("bad_payload", "The job can't be read.", detail: "\(error)")
            }
            return try await body(job, run)
        }
    }

    /// The queues of all jobs in the book.
    var queues: [String] { Set(entries.values.map(\.policy.queue)).sorted() }
}
