import Portico
import Synchronization

/// What one comparison of counters and rows found.
struct CounterFinding: Sendable, Hashable {
    /// The sum of all differences.
    let drift: Int64
    /// When it ended.
    let at: Instant
}

/// What the checks beside the requests know: how far counters and rows were apart, and when summaries last went out.
/// Alerts stand on it.
final class CounterWatch: Sendable {
    private struct State {
        var finding: CounterFinding?
        var summarySent: Instant?
        var summariesDue: Instant?
    }

    private let state = Mutex(State())

    init(metrics: MetricsRegistry) {
        // No sample before there is one to tell: a zero would say that all is well.
        metrics.observe(
            gauge: "bags_stats_drift", help: "Sum of all differences between counters and rows at the last check.",
            labels: []
        ) { [weak self] in self?.sample { $0.finding.map { Double($0.drift) } } ?? [] }
        metrics.observe(
            gauge: "bags_summary_last_success_timestamp_seconds", help: "When a daily summary was last sent.",
            labels: []
        ) { [weak self] in self?.sample { $0.summarySent.map { Double($0.milliseconds) / 1000 } } ?? [] }
        metrics.observe(
            gauge: "bags_summaries_due_since_timestamp_seconds",
            help: "Since when there is somebody to get daily summaries: when the first account was made.", labels: []
        ) { [weak self] in self?.sample { $0.summariesDue.map { Double($0.milliseconds) / 1000 } } ?? [] }
    }

    /// The sum of all differences at the last check; nil before the first.
    var drift: Int64? { state.withLock { $0.finding?.drift } }

    /// Notes what a check found.
    func note(_ verification: CounterVerification, at now: Instant) {
        note(lastCheck: CounterFinding(drift: verification.totalDrift, at: now))
    }

    /// Notes what the last check of whichever node found. The latest counts: what was wrong may have been put right since.
    func note(lastCheck finding: CounterFinding?) {
        guard let finding else { return }
        state.withLock { state in
            if let known = state.finding, known.at > finding.at { return }
            state.finding = finding
        }
    }

    /// Notes when a summary was last sent. The latest counts.
    func note(summarySent: Instant?) {
        state.withLock { state in
            state.summarySent = [state.summarySent, summarySent].compactMap(\.self).max()
        }
    }

    /// Notes since when somebody waits for summaries.
    func note(summariesDue: Instant?) {
        state.withLock { $0.summariesDue = summariesDue ?? $0.summariesDue }
    }

    private func sample(_ read: (State) -> Double?) -> [(labels: [String], value: Double)] {
        state.withLock { read($0) }.map { [(labels: [], value: $0)] } ?? []
    }
}
