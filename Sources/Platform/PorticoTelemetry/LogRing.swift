import Logging
import Synchronization

/// The last lines that were logged, for a console. Old lines make room for new ones.
public final class LogRing: Sendable {
    /// How many lines are kept.
    public let capacity: Int
    private let state = Mutex(State())

    /// A ring for `capacity` lines.
    public init(capacity: Int = 1000) {
        self.capacity = max(1, capacity)
    }

    /// Adds a line and drops the oldest when full.
    public func append(_ line: LogLine) {
        state.withLock { state in
            guard state.lines.count == capacity else { return state.lines.append(line) }
            state.lines[state.oldest] = line
            state.oldest = (state.oldest + 1) % capacity
        }
    }

    /// The kept lines, oldest first.
    public var lines: [LogLine] {
        state.withLock { state in
            Array(state.lines[state.oldest...] + state.lines[..<state.oldest])
        }
    }

    /// The youngest `count` lines of at least `level`, oldest of them first.
    public func last(_ count: Int, atLeast level: Logger.Level = .trace) -> [LogLine] {
        lines.filter { $0.level >= level }.suffix(max(0, count))
    }

    /// Forgets all lines.
    public func removeAll() {
        state.withLock { $0 = State() }
    }

    private struct State {
        var lines: [LogLine] = []
        var oldest = 0
    }
}
