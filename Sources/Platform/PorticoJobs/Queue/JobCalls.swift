import PorticoEvents
import PorticoValues
import Synchronization

/// What a node tells the others.
struct JobCall: Sendable, Hashable {
    /// What it is about.
    enum Matter: String, Sendable {
        /// Something may be due.
        case work
        /// Somebody has changed a queue's terms or asked for the end of a job that runs; something may be due, too.
        case orders
    }

    /// What it is about.
    let matter: Matter
    /// The queue it comes from.
    let sender: String
    /// The application's schema.
    let schema: String

    /// Reads a payload; nil for what is none, which may stand for any call.
    init?(_ payload: String) {
        let parts = payload.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let matter = Matter(rawValue: String(parts[0])) else { return nil }
        self.matter = matter
        sender = String(parts[1])
        schema = String(parts[2])
    }

    /// What stands before the schema in a payload.
    static func address(of matter: Matter, from sender: String) -> String { "\(matter.rawValue) \(sender) " }
}

/// Calls that wait for somebody to send them. Where nobody sends any, none waits.
final class JobCalls: Sendable {
    private struct State {
        var matter: JobCall.Matter?
        var bells: [EventBell] = []
    }

    private let state = Mutex(State())

    /// Has `bell` rung when there is something to call.
    func add(_ bell: EventBell) {
        state.withLock { $0.bells.append(bell) }
    }

    /// Stops ringing `bell`.
    func remove(_ bell: EventBell) {
        state.withLock { state in state.bells.removeAll { $0 === bell } }
    }

    /// Whether somebody sends.
    var areSent: Bool { state.withLock { !$0.bells.isEmpty } }

    /// Has other nodes called. What waits already goes along.
    func ask(_ matter: JobCall.Matter) {
        let bells = state.withLock { state -> [EventBell] in
            guard !state.bells.isEmpty else { return [] }
            if state.matter != .orders { state.matter = matter }
            return state.bells
        }
        for bell in bells { bell.ring() }
    }

    /// Takes what waits; nil when nothing does.
    func take() -> JobCall.Matter? {
        state.withLock { state in
            defer { state.matter = nil }
            return state.matter
        }
    }
}

extension JobQueue {
    /// Takes what came over ``channel``: wakes the workers of this process when another node has something for them, at
    /// once and not when they would look by themselves.
    /// - Parameters:
    ///   - payload: as it came; the empty one says that some may have been missed.
    ///   - schema: the application's own. Others in the same database call on the same channel.
    public func hear(_ payload: String, in schema: String) {
        guard let call = JobCall(payload) else { return heedOrders() }
        guard call.sender != name, call.schema == schema else { return }
        switch call.matter {
        case .work: wake()
        case .orders: heedOrders()
        }
    }
}
