import PorticoValues
import Synchronization

/// Refusals that still hold, so that a client which hammers on is turned away without asking the shared store each time.
///
/// A refused request charges nothing, so a repetition within the wait is refused as well, unless the counter is forgotten
/// or its rule changes. A changed rule makes another demand. A counter may be forgotten on another node, which nobody tells
/// this one: so a refusal is remembered for a second at most.
final class RefusalMemory: Sendable {
    private struct Refusal {
        let decision: RateDecision
        let start: Instant
        let end: Instant
    }

    private static let longest = Span.seconds(1)
    private let capacity: Int
    private let refusals = Mutex<[[RateDemand]: Refusal]>([:])

    init(capacity: Int = 4096) {
        self.capacity = capacity
    }

    func decision(on demands: [RateDemand], at now: Instant) -> RateDecision? {
        let refusal = refusals.withLock { refusals -> Refusal? in
            guard !refusals.isEmpty, let refusal = refusals[demands] else { return nil }
            if now >= refusal.start, now < refusal.end { return refusal }
            refusals[demands] = nil
            return nil
        }
        guard let refusal else { return nil }
        let elapsed = now - refusal.start
        return RateDecision(
            zip(demands, refusal.decision.standings).map { demand, standing in
                let level = RateLevel(remaining: standing.remaining, untilFull: standing.untilFull.less(elapsed))
                return RateStanding(
                    demand, conforms: standing.conforms, level: level, retryAfter: standing.retryAfter.less(elapsed))
            })
    }

    func remember(_ decision: RateDecision, on demands: [RateDemand], at now: Instant) {
        guard !decision.isAllowed else { return }
        let waits = decision.standings.filter(\.isRefusal).map(\.retryAfter)
        guard let shortest = waits.min(), shortest > .milliseconds(0) else { return }
        let refusal = Refusal(decision: decision, start: now, end: now + min(shortest, RefusalMemory.longest))
        refusals.withLock { refusals in
            if refusals.count >= capacity { refusals = refusals.filter { $0.value.end > now } }
            // Forgetting all only means asking again.
            if refusals.count >= capacity { refusals = [:] }
            refusals[demands] = refusal
        }
    }

    func forget(_ key: RateKey) {
        refusals.withLock { refusals in
            refusals = refusals.filter { !$0.key.contains { $0.key == key } }
        }
    }
}

extension Span {
    fileprivate func less(_ elapsed: Span) -> Span { .milliseconds(max(0, milliseconds - elapsed.milliseconds)) }
}
