import Logging
import PorticoTelemetry
import PorticoValues

/// Every statement that ran, by name: how often, how long, how many rows; slow ones with their plan.
///
/// Noting a run costs a short lock around a look-up by name and up to five additions. The number of names is bounded
/// (``NamedStatistics``): those of a program's own statements fit, and names made at run time share one entry.
public final class QueryLog: Sendable {
    /// Figures by statement name.
    public let statistics = NamedStatistics()
    /// What was slow lately, with plans.
    public let slow = SlowStatements()
    /// From how many nanoseconds on a statement is slow.
    public let slowNanoseconds: Int64
    private let logger: Logger
    private let clock: Clock

    /// A log that reports statements slower than `slowMilliseconds` to `logger`.
    public init(logger: Logger, slowMilliseconds: Int64 = 100, clock: Clock = Clock()) {
        self.logger = logger
        self.slowNanoseconds = slowMilliseconds * 1_000_000
        self.clock = clock
    }

    func reportSlow(_ name: String, nanoseconds: Int64, plan: [String]) {
        slow.note(name, nanoseconds: nanoseconds, plan: plan, at: clock.now())
        logger.warning(
            "slow statement",
            metadata: [
                "db.statement": "\(name)", "duration_ms": "\(nanoseconds / 1_000_000)",
                "plan": "\(plan.joined(separator: " | "))",
            ])
    }
}
