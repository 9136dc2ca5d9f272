import PorticoJSON
import PorticoValues

/// Work that is done later, by whichever node has time: the values it needs, and how it is to be treated.
///
/// ```swift
/// struct ImportBags: Job {
///     static let name = "bags.import"
///     static let policy = JobPolicy(queue: "imports", retries: 2)
///     let file: String
///     var payload: JSONValue { ["file": .string(file)] }
///     init(payload: JSONValue) throws { file = try payload.text("file") }
///     var uniqueness: JobUniqueness? { .whileActive(file) }
/// }
/// ```
///
/// Jobs outlive programs: a payload written by the last release is read by this one. Add members, and keep reading old
/// ones; where that does not do, raise ``version`` and say in ``upgraded(_:from:)`` what became of the old members.
public protocol Job: Sendable {
    /// Stable name; handlers are found by it.
    static var name: String { get }
    /// How jobs of this kind are treated.
    static var policy: JobPolicy { get }
    /// The form of the payload, from 1. A node that knows only a lower one leaves the job to a newer node.
    static var version: Int { get }
    /// Whether the payload is encrypted in the table, and with it the result and what runs say of errors: nobody who reads
    /// the database, a backup or the console sees them. Codes of failures, tags and keys are readable all the same.
    static var isSealed: Bool { get }
    /// The payload of an earlier version in the form of this one; asked before ``init(payload:)``.
    static func upgraded(_ payload: JSONValue, from version: Int) throws -> JSONValue
    /// Reads what ``payload`` wrote. What it throws ends the job as failed, without another try.
    init(payload: JSONValue) throws
    /// The values the job needs.
    var payload: JSONValue { get }
    /// What makes two jobs the same; nil when each counts.
    var uniqueness: JobUniqueness? { get }
    /// With which others it shares a limit; nil when with none.
    var limit: JobLimit? { get }
    /// With which others it shares a rate; nil when with none.
    var rate: JobRate? { get }
    /// Whose work it is, where the queue is to be fair; nil when it takes its place by time alone.
    var share: JobShare? { get }
    /// By which operators find it (``JobTag``), besides those of ``JobOptions/tags``.
    var tags: [String] { get }
}

extension Job {
    /// The default policy.
    public static var policy: JobPolicy { JobPolicy() }
    /// The first form.
    public static var version: Int { 1 }
    /// Readable in the console.
    public static var isSealed: Bool { false }
    /// Nothing to change.
    public static func upgraded(_ payload: JSONValue, from version: Int) throws -> JSONValue { payload }
    /// Each job counts.
    public var uniqueness: JobUniqueness? { nil }
    /// No limit but the queue's.
    public var limit: JobLimit? { nil }
    /// As fast as there are places.
    public var rate: JobRate? { nil }
    /// Nobody's in particular.
    public var share: JobShare? { nil }
    /// Found by its name and arguments alone.
    public var tags: [String] { [] }
}

/// How jobs of one kind are treated.
public struct JobPolicy: Sendable, Hashable {
    /// The queue they wait in. Queues do not hold each other up.
    public var queue: String
    /// Where in the queue.
    public var priority: JobPriority
    /// Runs after the first that failed.
    public var retries: Int
    /// The wait before the first retry; it doubles with each further one.
    public var firstRetry: Span
    /// The longest wait between retries.
    public var longestRetry: Span
    /// After which time a run is asked to end: its task is cancelled.
    public var softTimeout: Span
    /// After which time a run is given up, whether it ends or not.
    public var hardTimeout: Span

    /// A policy; three retries, the first after ten seconds, and timeouts of five and ten minutes.
    public init(
        queue: String = "default", priority: JobPriority = .normal, retries: Int = 3,
        firstRetry: Span = .seconds(10), longestRetry: Span = .hours(1), softTimeout: Span = .seconds(300),
        hardTimeout: Span = .seconds(600)
    ) {
        self.queue = queue
        self.priority = priority
        self.retries = max(0, retries)
        self.firstRetry = max(firstRetry, .milliseconds(0))
        self.longestRetry = max(longestRetry, self.firstRetry)
        self.softTimeout = max(softTimeout, .milliseconds(1))
        self.hardTimeout = max(hardTimeout, self.softTimeout)
    }

    /// How long to wait before retry `attempt`, counted from 1: `firstRetry · 2^(attempt − 1)`, at most `longestRetry`,
    /// and up to a fifth more at random, so that what failed together does not come back together.
    public func wait(beforeRetry attempt: Int, using generator: inout some RandomNumberGenerator) -> Span {
        let doublings = min(max(0, attempt - 1), 40)
        let (length, overflow) = firstRetry.milliseconds.multipliedReportingOverflow(by: 1 << Int64(doublings))
        let base = overflow ? longestRetry.milliseconds : min(length, longestRetry.milliseconds)
        return .milliseconds(base + Int64.random(in: 0...max(0, base / 5), using: &generator))
    }
}

/// Where in its queue a job stands: a head start in waiting time. A job of high priority goes before all that have
/// waited up to an hour less; nothing waits for ever behind a stream of more urgent work.
public struct JobPriority: Sendable, Hashable {
    /// How much longer than it has the job counts as having waited.
    public let headStart: Span

    /// A priority.
    public init(headStart: Span) {
        self.headStart = headStart
    }

    /// Somebody waits for it: a head start of a day.
    public static let urgent = JobPriority(headStart: .hours(24))
    /// A head start of an hour.
    public static let high = JobPriority(headStart: .hours(1))
    /// In the order of arrival.
    public static let normal = JobPriority(headStart: .milliseconds(0))
    /// Lets whatever arrived within the last hour go first.
    public static let low = JobPriority(headStart: .hours(-1))
}
