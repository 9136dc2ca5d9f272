import PorticoValues

/// When a circuit opens and how it closes again.
public struct CircuitPolicy: Sendable, Hashable {
    /// The part of failed calls that opens it: 0…1.
    public var failureRatio: Double
    /// Calls within the window below which the ratio means nothing.
    public var leastCalls: Int
    /// The window that counts.
    public var window: Span
    /// How long it stays open the first time; twice as long after every failed probe.
    public var openFor: Span
    /// The longest it stays open.
    public var longestOpen: Span
    /// Probes that are let through when half open, and that must all succeed to close it.
    public var probes: Int

    /// A policy; half of at least twenty calls in ten seconds failing opens it for five seconds.
    public init(
        failureRatio: Double = 0.5, leastCalls: Int = 20, window: Span = .seconds(10), openFor: Span = .seconds(5),
        longestOpen: Span = .minutes(2), probes: Int = 3
    ) {
        self.failureRatio = min(max(0, failureRatio), 1)
        self.leastCalls = max(1, leastCalls)
        self.window = max(window, .milliseconds(10))
        self.openFor = max(openFor, .milliseconds(1))
        self.longestOpen = max(longestOpen, self.openFor)
        self.probes = max(1, probes)
    }
}

/// A call that a circuit let through; hand it back with its outcome.
public struct CircuitCall: Sendable, Hashable {
    /// The period of the circuit's life in which the call began. Outcomes of calls of an earlier period are ignored.
    let period: Int
}

/// Whether a circuit lets a call through.
public enum CircuitPermission: Sendable, Hashable {
    /// Make the call and record its outcome.
    case granted(CircuitCall)
    /// Fail at once; a probe may pass after the span.
    case refused(retryAfter: Span)
}

/// A circuit breaker as a value: closed, open or half open, driven by instants passed in.
public struct CircuitStateMachine: Sendable, Hashable {
    /// Where the circuit stands.
    public enum Position: Sendable, Hashable {
        /// Calls pass; their outcomes are counted.
        case closed
        /// No call passes before the instant.
        case open(until: Instant)
        /// Some probes pass; their outcomes decide. Probes that are still without outcome at `deadline` are given up and
        /// others may pass.
        case halfOpen(granted: Int, succeeded: Int, deadline: Instant)
    }

    /// Where the circuit stands as of the last call or outcome.
    public private(set) var position = Position.closed

    private let policy: CircuitPolicy
    private var outcomes: OutcomeWindow
    private var period = 0
    /// Openings since it was last closed.
    private var openings = 0

    /// A closed circuit.
    public init(_ policy: CircuitPolicy = CircuitPolicy()) {
        self.policy = policy
        self.outcomes = OutcomeWindow(policy.window)
    }

    /// Asks to make a call.
    public mutating func permission(at now: Instant) -> CircuitPermission {
        switch position {
        case .closed:
            return .granted(CircuitCall(period: period))
        case .open(let end):
            guard now >= end else { return .refused(retryAfter: end - now) }
            return beginProbing(at: now)
        case .halfOpen(let granted, let succeeded, let deadline):
            if granted < policy.probes {
                position = .halfOpen(granted: granted + 1, succeeded: succeeded, deadline: deadline)
                return .granted(CircuitCall(period: period))
            }
            guard now >= deadline else { return .refused(retryAfter: deadline - now) }
            return beginProbing(at: now)
        }
    }

    /// Takes the outcome of a call. Only failures that speak against the other side count: timeouts, refused
    /// connections, 5xx answers.
    public mutating func record(_ call: CircuitCall, success: Bool, at now: Instant) {
        guard call.period == period else { return }
        switch position {
        case .open:
            break
        case .closed:
            outcomes.record(success: success, at: now)
            let (calls, failures) = outcomes.counts(at: now)
            let isBad = Double(failures) >= policy.failureRatio * Double(calls) && failures > 0
            if !success, calls >= policy.leastCalls, isBad { open(at: now) }
        case .halfOpen(let granted, let succeeded, let deadline):
            if !success {
                open(at: now)
            } else if succeeded + 1 >= policy.probes {
                close()
            } else {
                position = .halfOpen(granted: granted, succeeded: succeeded + 1, deadline: deadline)
            }
        }
    }

    private mutating func beginProbing(at now: Instant) -> CircuitPermission {
        period += 1
        position = .halfOpen(granted: 1, succeeded: 0, deadline: now + policy.openFor)
        return .granted(CircuitCall(period: period))
    }

    private mutating func open(at now: Instant) {
        period += 1
        openings += 1
        let length = Backoff(base: policy.openFor, most: policy.longestOpen).ceiling(attempt: openings)
        position = .open(until: now + length)
    }

    private mutating func close() {
        period += 1
        openings = 0
        outcomes.clear()
        position = .closed
    }
}
