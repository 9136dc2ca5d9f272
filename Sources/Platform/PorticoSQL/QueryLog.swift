import Logging
import PorticoTelemetry

/// Every statement that ran, by name: how often, how long, how many rows; slow ones with their plan.
public final class QueryLog: Sendable {
    /// Figures by statement name.
    public let statistics = NamedStatistics()
    /// From how many nanoseconds on a statement is slow.
    public let slowNanoseconds: Int64
    private let logger: Logger

    /// A log that reports statements slower than `slowMilliseconds` to `logger`.
    public init(logger: Logger, slowMilliseconds: Int64 = 100) {
        self.logger = logger
        self.slowNanoseconds = slowMilliseconds * 1_000_000
    }

    func reportSlow(_ name: String, nanoseconds: Int64, plan: [String]) {
        logger.warning(
            "slow statement",
            metadata: [
                "db.statement": "\(name)", "duration_ms": "\(nanoseconds / 1_000_000)",
                "plan": "\(plan.joined(separator: " | "))",
            ])
    }
}
