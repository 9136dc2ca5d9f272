import PorticoValues

/// How long jobs are kept that have ended.
public struct JobRetention: Sendable, Hashable {
    /// Succeeded and cancelled ones.
    public var ended: Span
    /// Failed ones, and groups.
    public var failed: Span

    /// A retention; a week, and thirty days for what failed.
    public init(ended: Span = .days(7), failed: Span = .days(30)) {
        self.ended = ended
        self.failed = max(failed, ended)
    }
}
