import PorticoValues

/// How long jobs are kept that have ended.
public struct JobRetention: Sendable, Hashable {
    /// Succeeded and cancelled ones.
    public var ended: Span
    /// Failed ones, and groups.
    public var failed: Span
    /// For how long after the removal of a job its trace is kept (``ArchivedJob``); nil for not at all.
    public var archive: Span?

    /// A retention; a week, thirty days for what failed, and no traces.
    public init(ended: Span = .days(7), failed: Span = .days(30), archive: Span? = nil) {
        self.ended = ended
        self.failed = max(failed, ended)
        self.archive = archive
    }
}
