import PorticoJSON
import PorticoSQL
import PorticoValues

/// Who gives a command.
public struct CommandActor: Sendable, Hashable {
    /// The account; nil for the program itself.
    public let accountID: Int64?
    /// What it may do.
    public let permissions: Set<String>

    /// An account with its permissions.
    public init(accountID: Int64?, permissions: Set<String>) {
        self.accountID = accountID
        self.permissions = permissions
    }

    /// The program itself, which may do everything.
    public static let program = CommandActor(accountID: nil, permissions: [])

    /// Whether it has a permission.
    public func may(_ permission: String) -> Bool {
        accountID == nil || permissions.contains(permission)
    }
}

/// A change that a job, a subscriber or another node asks for: checked, permitted, and made once however often it is
/// given, in one transaction with the events that tell of it.
///
/// Changes that only requests ask for need none: routes check and permit, and `Idempotency-Key` repeats their answers.
public protocol Command: Sendable {
    /// What comes of it.
    associatedtype Answer: CommandAnswer
    /// Stable name.
    static var name: String { get }
    /// The permission it needs; nil for none beyond ``authorise(_:in:)``.
    static var permission: String? { get }
    /// Everything that makes it what it is. Two commands with one key must have the same.
    var payload: JSONValue { get }
    /// Refuses what can't be meant, before anything is read.
    func validate() throws
    /// Refuses who may not do it, by what is stored.
    func authorise(_ actor: CommandActor, in session: Transaction) throws
    /// Makes the change. May run again when the transaction fails.
    func run(in scope: CommandScope) throws -> Answer
}

extension Command {
    /// None.
    public static var permission: String? { nil }
    /// Refuses nothing.
    public func validate() throws {}
    /// Refuses nobody.
    public func authorise(_ actor: CommandActor, in session: Transaction) throws {}
}

/// What comes of a command, as it is kept for its repetitions.
public protocol CommandAnswer: Sendable {
    /// Reads what ``json`` wrote.
    init(json: JSONValue) throws
    /// The answer.
    var json: JSONValue { get }
}

extension JSONValue: CommandAnswer {
    /// Itself.
    public init(json: JSONValue) { self = json }
    /// Itself.
    public var json: JSONValue { self }
}

/// What a command works with.
public struct CommandScope {
    /// The transaction that everything becomes true in.
    public let transaction: Transaction
    /// Who gave it.
    public let actor: CommandActor
    /// When it is made.
    public let now: Instant
    private let outbox: EventOutbox

    init(_ transaction: Transaction, actor: CommandActor, now: Instant, outbox: EventOutbox) {
        self.transaction = transaction
        self.actor = actor
        self.now = now
        self.outbox = outbox
    }

    /// Tells of what the command did.
    /// - Throws: ``SQLError``.
    public func publish(_ kind: String, key: String, payload: JSONValue) throws {
        try outbox.publish(Event(kind, key: key, payload: payload, at: now), in: transaction)
    }
}
