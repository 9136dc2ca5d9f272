import PorticoJSON

/// What a step tells those after it, as a type that both sides know.
///
/// ```swift
/// struct Weight: JobResult {
///     let grams: Int64
///     init(grams: Int64) { self.grams = grams }
///     init(result: JSONValue) throws { grams = try result.integer("grams") }
///     var result: JSONValue { ["grams": .integer(grams)] }
/// }
/// ```
public protocol JobResult: Sendable {
    /// Reads what ``result`` wrote.
    init(result: JSONValue) throws
    /// What the job keeps; operators see it, unless the job is sealed (``Job/isSealed``).
    var result: JSONValue { get }
}

extension JobBook {
    /// Names who does jobs of a kind that have a result of a type of its own, which later steps read with
    /// ``JobRun/result(of:as:)``.
    public mutating func answer<Kind: Job, Value: JobResult>(
        _ kind: Kind.Type, telling value: Value.Type, _ body: @escaping @Sendable (Kind, JobRun) async throws -> Value
    ) {
        answer(kind) { job, run in try await body(job, run).result }
    }
}
