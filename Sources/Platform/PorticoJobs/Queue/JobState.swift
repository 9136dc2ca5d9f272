import PorticoSQL

/// Where a job stands.
public enum JobState: String, Sendable, CaseIterable, SQLReadable, SQLBindable {
    /// Its time has not come: it was enqueued for later, or waits for its next try.
    case scheduled
    /// It runs as soon as somebody has time.
    case queued
    /// As many with its limit's key run as may.
    case blocked
    /// As many with its rate's key as may have begun.
    case throttled
    /// It follows a group that has not ended.
    case waiting
    /// It runs.
    case running
    /// It is done.
    case succeeded
    /// It will not be tried again by itself: a dead letter.
    case failed
    /// Somebody did not want it any more.
    case cancelled

    /// Whether nothing more happens by itself.
    public var isFinal: Bool { [.succeeded, .failed, .cancelled].contains(self) }

    /// Those of which an index knows how many there are.
    static let counted: [JobState] = [.scheduled, .queued, .blocked, .throttled, .running, .failed]

    /// The state as clients see it: all kinds of waiting are `queued`.
    public var published: String {
        switch self {
        case .scheduled, .queued, .blocked, .throttled, .waiting: "queued"
        default: rawValue
        }
    }
}
