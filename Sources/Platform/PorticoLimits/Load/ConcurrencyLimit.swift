import Synchronization

/// How many requests are served at the same time; the rest is refused at once instead of waiting (rule R12).
public final class ConcurrencyLimit: Sendable {
    private struct State: Sendable {
        var limit: AdaptiveLimit
        var underWay = 0
        var refused = 0
    }

    private let state: Mutex<State>
    private let shares: PriorityShares

    /// A limit that follows latency between bounds.
    public init(_ configuration: AdaptiveLimit.Configuration, shares: PriorityShares = PriorityShares()) {
        self.state = Mutex(State(limit: AdaptiveLimit(configuration)))
        self.shares = shares
    }

    /// A limit that never moves.
    public convenience init(_ limit: Int, shares: PriorityShares = .equal) {
        self.init(.fixed(limit), shares: shares)
    }

    /// Lets a request in, or returns nil when it must be refused. Vital requests are always let in.
    public func admit(_ priority: RequestPriority = .normal) -> ServicePermit? {
        if priority == .vital { return ServicePermit(nil, underWay: 0) }
        let underWay: Int? = state.withLock { state in
            guard state.underWay < shares.ceiling(of: state.limit.limit, for: priority) else {
                state.refused += 1
                return nil
            }
            state.underWay += 1
            return state.underWay
        }
        return underWay.map { ServicePermit(self, underWay: $0) }
    }

    /// Whether a request would be refused now; counts it as refused if so. Takes no place.
    func refuses(_ priority: RequestPriority) -> Bool {
        guard priority != .vital else { return false }
        return state.withLock { state in
            let isFull = state.underWay >= shares.ceiling(of: state.limit.limit, for: priority)
            if isFull { state.refused += 1 }
            return isFull
        }
    }

    /// How many requests may be under way now.
    public var limit: Int { state.withLock { $0.limit.limit } }

    /// How many requests are under way.
    public var underWay: Int { state.withLock { $0.underWay } }

    /// How many requests were refused since the start.
    public var refused: Int { state.withLock { $0.refused } }

    fileprivate func release(_ end: ServicePermit.End, underWay: Int) {
        state.withLock { state in
            state.underWay -= 1
            switch end {
            case .unmeasured: break
            case .served(let latency): state.limit.observe(latency: latency, underWay: underWay)
            case .overloaded: state.limit.observeOverload()
            }
        }
    }
}

/// The place of one request among those that are served. It is given back once: by ``finish(_:)``, or when nobody holds it
/// any more.
public final class ServicePermit: Sendable {
    /// How the request ended.
    public enum End: Sendable, Hashable {
        /// Nothing to learn from: an error, a stream, a client that went away.
        case unmeasured
        /// It was served in so many seconds.
        case served(latency: Double)
        /// It failed because of too much load: a timeout, a refusal of the database.
        case overloaded
    }

    private let limit: ConcurrencyLimit?
    private let underWay: Int
    private let isHeld = Atomic<Bool>(true)

    fileprivate init(_ limit: ConcurrencyLimit?, underWay: Int) {
        self.limit = limit
        self.underWay = underWay
    }

    deinit {
        finish()
    }

    /// Gives the place back; a second time does nothing.
    public func finish(_ end: End = .unmeasured) {
        guard isHeld.exchange(false, ordering: .relaxed) else { return }
        limit?.release(end, underWay: underWay)
    }
}
