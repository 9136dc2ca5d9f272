import Portico

extension Database {
    /// Runs `body` and fails when it took more statements than it may, or one statement again and again (an N+1).
    ///
    /// ```swift
    /// let answer = try await database.budget(5) { await client.get("/library/api/v1/books") }
    /// #expect(answer.status == 200)
    /// ```
    ///
    /// All statements of this database count, whoever runs them: let one request, or one call of a store, run in a
    /// budget and nothing beside it. A statement that fails counts; `BEGIN`, `COMMIT` and the like are none.
    /// - Parameters:
    ///   - most: how many statements `body` may run.
    ///   - repeats: how often it may run the same one; unless said, as often as a request may before the log tells of it.
    ///   - subject: what is measured, for the words of a failure.
    /// - Throws: ``StatementBudgetExceeded`` once `body` has returned; or what `body` throws.
    public func budget<Value: Sendable>(
        _ most: Int, repeats: Int = RequestMeasure.repetitionThreshold, for subject: String = "",
        _ body: () async throws -> Value
    ) async throws -> Value {
        let before = Dictionary(queries.statistics.snapshot().map { ($0.name, $0.count) }) { first, _ in first }
        let value = try await body()
        let ran = queries.statistics.snapshot().compactMap { statistic -> StatementBudgetExceeded.Ran? in
            let count = statistic.count - (before[statistic.name] ?? 0)
            return count > 0 ? StatementBudgetExceeded.Ran(name: statistic.name, count: count) : nil
        }
        let isKept = ran.reduce(0) { $0 + $1.count } <= most && ran.allSatisfy { $0.count <= repeats }
        guard isKept else {
            throw StatementBudgetExceeded(subject: subject, most: most, repeats: repeats, statements: ran)
        }
        return value
    }
}

/// More statements ran than a test allows. Its text lists them, which is what a failed test shows.
public struct StatementBudgetExceeded: Error, CustomStringConvertible, Sendable {
    /// A statement that ran.
    public struct Ran: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// How often it ran.
        public let count: Int
    }

    /// What was measured; may be empty.
    public let subject: String
    /// How many statements were allowed.
    public let most: Int
    /// How often the same one was.
    public let repeats: Int
    /// What ran, the most frequent first; equal ones by name.
    public let statements: [Ran]

    init(subject: String, most: Int, repeats: Int, statements: [Ran]) {
        self.subject = subject
        self.most = most
        self.repeats = repeats
        self.statements = statements.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }

    /// How many ran.
    public var count: Int { statements.reduce(0) { $0 + $1.count } }

    /// Those that ran more often than the same one may.
    public var repeated: [Ran] { statements.filter { $0.count > repeats } }

    /// `books: 8 statements ran and 5 are allowed; authors.find ran 7 times and 5 are allowed: authors.find × 7, books.list`
    public var description: String {
        var faults: [String] = []
        let ran = count == 1 ? "1 statement" : "\(count) statements"
        if count > most { faults.append("\(ran) ran and \(most) are allowed") }
        faults += repeated.map { "\($0.name) ran \($0.count) times and \(repeats) are allowed" }
        let list = statements.map { $0.count == 1 ? $0.name : "\($0.name) × \($0.count)" }
        let about = subject.isEmpty ? "" : "\(subject): "
        return "\(about)\(faults.joined(separator: "; ")): \(list.joined(separator: ", "))"
    }
}
