import PorticoValues

/// The generic cell rate algorithm in its virtual scheduling form (ITU-T I.371, annex A) over one word: the theoretical
/// arrival time, the moment at which the bucket is full again.
///
/// With a burst of `b` tokens and `t` ticks per token, `n` tokens conform when `max(tat, now) + n·t − now ≤ b·t`.
enum GCRA {
    static func admits(_ needs: Int, on state: RateState?, pace: RatePace, at now: Instant) -> Bool {
        let debt = debt(of: state, pace: pace, at: now)
        return pace.ticks(ofTokens: needs) <= pace.capacity - debt
    }

    static func charging(_ cost: Int, to state: RateState?, pace: RatePace, at now: Instant) -> RateState {
        let debt = debt(of: state, pace: pace, at: now)
        // Capacity and cost are below 2^60, debt below 2^61: no sum overflows.
        let deepest = max(debt, 2 * pace.capacity)
        let after = min(debt + pace.ticks(ofTokens: cost), deepest)
        return RateState(word: pace.ticks(at: now) + after, mark: pace.ticksPerMillisecond)
    }

    static func level(of state: RateState?, pace: RatePace, at now: Instant) -> RateLevel {
        let debt = debt(of: state, pace: pace, at: now)
        let free = max(0, pace.capacity - debt)
        return RateLevel(remaining: Int(free / pace.ticksPerToken), untilFull: pace.span(ofTicks: debt))
    }

    static func wait(for needs: Int, on state: RateState?, pace: RatePace, at now: Instant) -> Span {
        let debt = debt(of: state, pace: pace, at: now)
        let needed = pace.ticks(ofTokens: needs)
        guard needed <= pace.capacity else { return pace.span(ofTicks: debt) }
        return pace.span(ofTicks: debt + needed - pace.capacity)
    }

    /// Ticks until the bucket is full, below 2^61. A word that was written under another pace keeps its time.
    private static func debt(of state: RateState?, pace: RatePace, at now: Instant) -> Int64 {
        guard let state else { return 0 }
        if state.mark == pace.ticksPerMillisecond {
            let (debt, overflow) = state.word.subtractingReportingOverflow(pace.ticks(at: now))
            // A clock that was set back leaves words in the far future: nobody waits longer than two full buckets.
            return overflow ? 0 : min(max(0, debt), 2 * pace.capacity)
        }
        return rescaledDebt(of: state, pace: pace, at: now)
    }

    private static func rescaledDebt(of state: RateState, pace: RatePace, at now: Instant) -> Int64 {
        guard state.mark > 0 else { return 0 }
        let milliseconds = pace.ticks(at: now) / pace.ticksPerMillisecond
        let debt = Int128(state.word) - Int128(milliseconds) * Int128(state.mark)
        guard debt > 0 else { return 0 }
        let mark = Int128(state.mark)
        let rescaled = (debt * Int128(pace.ticksPerMillisecond) + mark - 1) / mark
        return Int64(min(rescaled, Int128(2 * pace.capacity)))
    }
}
