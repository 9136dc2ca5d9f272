import PorticoValues

/// What a store keeps for a key: two words whose meaning belongs to the rule's algorithm. A key that is not stored has
/// used nothing. A sliding log is more than two words, and a store keeps it in its own way.
///
/// | algorithm | `word` | `mark` |
/// |---|---|---|
/// | token bucket | theoretical arrival time in ticks | ticks per millisecond at which it was written |
/// | sliding window | counts of the last and the present window, 32 bits each | start of the present window in ms |
public struct RateState: Sendable, Hashable {
    /// The counted word.
    public var word: Int64
    /// What the word relates to.
    public var mark: Int64

    /// A state as it was stored.
    public init(word: Int64, mark: Int64) {
        self.word = word
        self.mark = mark
    }
}

/// How much of a rule's allowance is left.
public struct RateLevel: Sendable, Hashable {
    /// Whole units that would be admitted now.
    public let remaining: Int
    /// The time until the whole allowance is back.
    public let untilFull: Span

    /// A level as a store found it.
    public init(remaining: Int, untilFull: Span) {
        self.remaining = remaining
        self.untilFull = untilFull
    }
}

/// The arithmetic of rules that need no more than a ``RateState``. Asking it of a sliding log is a mistake of the store and
/// stops the process.
extension RateRule {
    /// Whether `needs` more units fit now. Cost 0 asks nothing of the future: it fits as long as nothing is in debt.
    public func admits(_ needs: Int, on state: RateState?, at now: Instant) -> Bool {
        switch algorithm {
        case .tokenBucket: GCRA.admits(needs, on: state, pace: pace, at: now)
        case .slidingWindow: SlidingWindow(of: state, rule: self, at: now).admits(needs, of: self)
        case .slidingLog: RateRule.missingWord()
        }
    }

    /// The state after `cost` units, whether they fitted or not.
    ///
    /// What did not fit becomes debt, at most one full allowance deep, so that penalties end.
    public func charging(_ cost: Int, to state: RateState?, at now: Instant) -> RateState {
        switch algorithm {
        case .tokenBucket: GCRA.charging(cost, to: state, pace: pace, at: now)
        case .slidingWindow: SlidingWindow(of: state, rule: self, at: now).charging(cost, of: self).state
        case .slidingLog: RateRule.missingWord()
        }
    }

    /// What is left and when all of it is back.
    public func level(of state: RateState?, at now: Instant) -> RateLevel {
        switch algorithm {
        case .tokenBucket: GCRA.level(of: state, pace: pace, at: now)
        case .slidingWindow: SlidingWindow(of: state, rule: self, at: now).level(of: self)
        case .slidingLog: RateRule.missingWord()
        }
    }

    /// The time until `needs` units fit, none when they fit now. Units that can never fit, because they are more than
    /// the burst, answer the time until the allowance is full.
    public func wait(for needs: Int, on state: RateState?, at now: Instant) -> Span {
        switch algorithm {
        case .tokenBucket: GCRA.wait(for: needs, on: state, pace: pace, at: now)
        case .slidingWindow: SlidingWindow(of: state, rule: self, at: now).wait(for: needs, of: self)
        case .slidingLog: RateRule.missingWord()
        }
    }
    private static func missingWord() -> Never {
        preconditionFailure("a sliding log is not kept in a word")
    }
}
