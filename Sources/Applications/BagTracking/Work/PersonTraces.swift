import Portico

/// What names people where no key leads to their account: messages to receivers of webhooks, and values in refused
/// rows of imports. Both can be many, and no index leads to a name: a job looks through them after an erasure, some at
/// a time.
///
/// Messages say whose name it is, but for those of versions that did not yet. Refused values are free texts and don't.
struct PersonTraces: Sendable {
    /// How long after the erasure: what was told of the person before has become a message by then.
    static let delay = Span.minutes(30)
    /// What stands in messages afterwards. Without a number: of messages that have none, some may be of somebody else
    /// who had the same name.
    static let nobody = "Erased person"

    let database: Database
    let webhooks: WebhookDesk
    /// Rows that one transaction looks at.
    var batch = 1000

    /// Adds the work to what the worker does.
    func register(in book: inout JobBook) {
        book.handle(ForgetPerson.self) { person, run in
            try await erase(person, at: run.now) { try run.checkCancellation() }
        }
    }

    /// Takes the person out of both. May be broken off and begun again. What is changed is audited with each change.
    /// - Parameter check: throws when it is to be broken off.
    /// - Returns: rows changed.
    /// - Throws: ``SQLError``, what `check` throws.
    @discardableResult
    func erase(
        _ person: ForgetPerson, at now: Instant, checking check: @Sendable () throws -> Void = {}
    ) async throws -> Int {
        let messages = try await eraseMessages(person, at: now, check)
        return try await messages + eraseValues(person, at: now, check)
    }

    private func eraseMessages(
        _ person: ForgetPerson, at now: Instant, _ check: @Sendable () throws -> Void
    ) async throws -> Int {
        var changed = 0
        var place: Int64? = 0
        while let after = place {
            try check()
            let part = try await database.write { [webhooks, batch] transaction in
                let part = try webhooks.mask(
                    "user_name", person.personName, as: PersonTraces.nobody, of: ("user_id", String(person.id)),
                    after: after, limit: batch, in: transaction)
                try PersonTraces.audit(part.changed, "webhook_deliveries", person, at: now, in: transaction)
                return part
            }
            changed += part.changed
            place = part.last
        }
        return changed
    }

    private func eraseValues(
        _ person: ForgetPerson, at now: Instant, _ check: @Sendable () throws -> Void
    ) async throws -> Int {
        var changed = 0
        var place: RefusedValue? = RefusedValue(job: 0, seq: 0, text: nil)
        while let after = place {
            try check()
            let part = try await database.write { [batch] transaction in
                let values = try RefusedValue.next(batch, after: after, in: transaction)
                let naming = values.filter { $0.text.map { person.isNamed(in: $0) } ?? false }
                for value in naming { try value.forget(in: transaction) }
                try PersonTraces.audit(naming.count, "import_errors", person, at: now, in: transaction)
                return (last: values.last, changed: naming.count)
            }
            changed += part.changed
            place = part.last
        }
        return changed
    }

    private static func audit(
        _ rows: Int, _ table: String, _ person: ForgetPerson, at now: Instant, in transaction: Transaction
    ) throws {
        guard rows > 0 else { return }
        try transaction.audit(
            AuditEntry(
                "account.traces_erased", entity: String(person.id),
                after: ["rows": .object([(key: table, value: .integer(Int64(rows)))])], at: now))
    }
}

/// What stood in a refused row of an import.
private struct RefusedValue: Sendable {
    let job: Int64
    let seq: Int64
    let text: String?

    /// The next ones in the order of their keys.
    static func next(
        _ limit: Int, after place: RefusedValue, in transaction: Transaction
    ) throws -> [RefusedValue] {
        try transaction.all(
            "imports.values",
            """
            SELECT job_id, seq, value FROM import_errors WHERE (job_id, seq) > (\(place.job), \(place.seq))
            ORDER BY job_id, seq LIMIT \(limit)
            """
        ) { try RefusedValue(job: $0[0], seq: $0[1], text: $0[2]) }
    }

    func forget(in transaction: Transaction) throws {
        try transaction.executeLater(
            "imports.forget_value",
            "UPDATE import_errors SET value = NULL WHERE job_id = \(job) AND seq = \(seq)")
    }
}
