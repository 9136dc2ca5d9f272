import PorticoJSON
import PorticoSQL
import PorticoValues

/// Why a command was not carried out.
public enum CommandError: Error, Sendable, Hashable {
    /// Who gave it lacks a permission.
    case forbidden(permission: String)
    /// The key belongs to another command.
    case keyReused
}

/// What came of a command.
public struct CommandOutcome<Answer: Sendable>: Sendable {
    /// The answer.
    public let answer: Answer
    /// Whether it had been carried out before and is told again.
    public let isRepeated: Bool
}

/// Carries commands out.
///
/// ```swift
/// let outcome = try await desk.run(CloseBag(code: code), by: .program, key: "scan/\(event.position.text)")
/// ```
public struct CommandDesk: Sendable {
    /// How long answers are kept.
    public static let retention = Span.days(7)

    private let database: Database
    private let outbox: EventOutbox
    private let clock: Clock

    /// A desk over an application's database and events.
    public init(database: Database, outbox: EventOutbox, clock: Clock) {
        self.database = database
        self.outbox = outbox
        self.clock = clock
    }

    /// Carries a command out, once for each key.
    /// - Parameter key: what tells this giving of it from others, the same at each repetition; nil when each counts.
    /// - Throws: ``CommandError``, ``SQLError``, what the command throws; then nothing has changed.
    @discardableResult
    public func run<Kind: Command>(
        _ command: Kind, by actor: CommandActor, key: String? = nil
    ) async throws -> CommandOutcome<Kind.Answer> {
        try command.validate()
        if let permission = Kind.permission, !actor.may(permission) {
            throw CommandError.forbidden(permission: permission)
        }
        return try await database.write { transaction in
            try command.authorise(actor, in: transaction)
            guard let key else {
                return CommandOutcome(answer: try carryOut(command, actor, transaction), isRepeated: false)
            }
            return try once(command, by: actor, key: key, in: transaction)
        }
    }

    /// Removes answers that are older than ``retention``, some thousand at most. The relay does it once a minute, as often
    /// as it takes.
    /// - Returns: number of answers.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func prune(at now: Instant, in transaction: Transaction) throws -> Int {
        try CommandDesk.forget(at: now, in: transaction)
    }

    /// The same, for whoever has no desk: the table is there wherever events are.
    static func forget(at now: Instant, in transaction: Transaction) throws -> Int {
        try transaction.execute(
            "commands.prune",
            """
            DELETE FROM event_commands WHERE (name, key) IN (
                SELECT name, key FROM event_commands WHERE at < \(now - retention) ORDER BY at
                LIMIT \(EventOutbox.pruneBatch))
            """)
    }

    private func carryOut<Kind: Command>(
        _ command: Kind, _ actor: CommandActor, _ transaction: Transaction
    ) throws -> Kind.Answer {
        try command.run(in: CommandScope(transaction, actor: actor, now: clock.now(), outbox: outbox))
    }

    /// Whoever inserts the key carries the command out; others wait for that transaction's end and read its answer.
    private func once<Kind: Command>(
        _ command: Kind, by actor: CommandActor, key: String, in transaction: Transaction
    ) throws -> CommandOutcome<Kind.Answer> {
        let account = actor.accountID.map { JSONValue.integer($0) } ?? .null
        let fingerprint = Digest.sha256(JSONValue.array([account, command.payload]).canonicalBytes)
        let isFirst =
            try transaction.execute(
                "commands.begin",
                """
                INSERT INTO event_commands (name, key, fingerprint, at)
                VALUES (\(Kind.name), \(key), \(fingerprint), \(clock.now())) ON CONFLICT DO NOTHING
                """) == 1
        guard isFirst else { return try repetition(of: Kind.self, key: key, fingerprint, in: transaction) }
        let answer = try carryOut(command, actor, transaction)
        try transaction.execute(
            "commands.end",
            """
            UPDATE event_commands SET answer = \(String(decoding: answer.json.bytes, as: UTF8.self))
            WHERE name = \(Kind.name) AND key = \(key)
            """)
        return CommandOutcome(answer: answer, isRepeated: false)
    }

    private func repetition<Kind: Command>(
        of kind: Kind.Type, key: String, _ fingerprint: [UInt8], in transaction: Transaction
    ) throws -> CommandOutcome<Kind.Answer> {
        let kept = try transaction.first(
            "commands.find",
            "SELECT fingerprint, answer FROM event_commands WHERE name = \(Kind.name) AND key = \(key)"
        ) { (fingerprint: try [UInt8].read($0, 0), answer: try String.read($0, 1)) }
        guard let kept, kept.fingerprint == fingerprint else { throw CommandError.keyReused }
        let answer = try Kind.Answer(json: try JSONValue(parsing: Array(kept.answer.utf8)))
        return CommandOutcome(answer: answer, isRepeated: true)
    }
}
