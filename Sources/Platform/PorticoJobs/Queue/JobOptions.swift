import PorticoJSON
import PorticoValues

/// What is said of one job when it is enqueued.
public struct JobOptions: Sendable, Hashable {
    /// Account that may follow and cancel it; nil for work of the house.
    public var owner: Int64?
    /// Not to start before; nil for as soon as possible.
    public var notBefore: Instant?
    /// Another priority than its policy's.
    public var priority: JobPriority?
    /// By which operators find it (``JobTag``), besides those of its own (``Job/tags``).
    public var tags: [String]

    /// Options.
    public init(
        owner: Int64? = nil, notBefore: Instant? = nil, priority: JobPriority? = nil, tags: [String] = []
    ) {
        self.owner = owner
        self.notBefore = notBefore
        self.priority = priority
        self.tags = tags
    }
}

/// A job that was enqueued, or that was there already.
public struct JobTicket: Sendable, Hashable {
    /// Id of the job.
    public let id: Int64
    /// Whether it was enqueued now; false when ``Job/uniqueness`` found one that counts as the same.
    public let isNew: Bool
}

/// A number of jobs that were enqueued together.
public struct JobGroupTicket: Sendable, Hashable {
    /// Id of the group.
    public let id: Int64
    /// The jobs, in the order they were given.
    public let jobs: [JobTicket]
    /// Id of the job that follows when all have ended.
    public let continuation: Int64?
}

/// When the continuation of a group runs. If it does not run it is cancelled.
public enum JobGroupCondition: String, Sendable, CaseIterable {
    /// When all have ended, however.
    case allEnded = "all_ended"
    /// When all have succeeded.
    case allSucceeded = "all_succeeded"
}

/// A payload does not hold what the job needs.
public struct JobPayloadError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The member that is missing or of another kind.
    public let member: String

    /// An error about a member.
    public init(member: String) {
        self.member = member
    }

    /// What happened, without the payload's values.
    public var description: String { "the payload has no usable \(member)" }
}

/// Short ways to read payloads.
extension JSONValue {
    /// The text under `key`.
    /// - Throws: ``JobPayloadError``.
    public func text(_ key: String) throws -> String {
        guard let text = self[key]?.string else { throw JobPayloadError(member: key) }
        return text
    }

    /// The integer under `key`.
    /// - Throws: ``JobPayloadError``.
    public func integer(_ key: String) throws -> Int64 {
        guard let number = self[key]?.int64 else { throw JobPayloadError(member: key) }
        return number
    }
}
