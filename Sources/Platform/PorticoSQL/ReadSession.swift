import Synchronization

/// What a copy of the database must know before it may answer one caller, for as long as one of their requests lasts.
///
/// The server binds it around the handler, as it does with the measure of the request. Where none is bound (jobs, streams
/// that outlive their request), a read that may lag is taken from a copy that has come as far as the database itself.
public final class ReadSession: Sendable {
    /// The session of the request that this task serves, if any.
    @TaskLocal public static var current: ReadSession?

    private struct State {
        var remembered: LogPosition?
        var key: UInt64 = 0
        var newest: LogPosition?
        var hasHeard = false
    }

    private let state = Mutex(State())

    /// A session of which nothing is known yet.
    public init() {}

    /// Takes over what is known of the caller.
    /// - Parameters:
    ///   - position: up to where the caller has written or was told; nil when nobody can say.
    ///   - key: the same for all requests of the caller, so that they come to the same copy.
    public func remember(_ position: LogPosition?, key: UInt64) {
        state.withLock { state in
            state.remembered = position
            state.key = key
        }
    }

    /// Notes a commit of this request.
    /// - Parameter position: a place in the log after it; nil when it can't be told.
    public func committed(before position: LogPosition?) {
        state.withLock { state in
            guard let position else { return state.hasHeard = true }
            state.newest = max(state.newest ?? position, position)
        }
    }

    /// Notes that the caller is told what others have changed, such as the end of a job: what it reads from here on must
    /// not be older.
    public func hear() {
        state.withLock { $0.hasHeard = true }
    }

    /// What a copy must have come to; nil for everything there is.
    public var required: LogPosition? {
        state.withLock { state in
            guard !state.hasHeard, let remembered = state.remembered else { return nil }
            return max(remembered, state.newest ?? remembered)
        }
    }

    /// The same for all requests of the caller.
    public var key: UInt64 { state.withLock { $0.key } }

    /// What came to the log in this request; nil when it has committed nothing.
    public var newest: LogPosition? { state.withLock { $0.newest } }

    /// Whether the caller was told something whose place in the log is not known.
    public var hasHeard: Bool { state.withLock { $0.hasHeard } }
}
