import PorticoHTTP
import PorticoJSON
import PorticoTelemetry
import PorticoValues
import Synchronization

/// The calls of one client that are on their way: a bounded number, and one answer to each.
final class CallDesk: Sendable {
    private struct Open {
        let ref: String
        /// In nanoseconds of the monotonic clock.
        let deadline: Int64
        var task: Task<Void, Never>?
    }

    private struct State {
        /// Calls that are not answered yet.
        var open: [Int: Open] = [:]
        /// Handlers that run, those whose time is over among them: they take as much as the others.
        var running = 0
        var last = 0
        var isOver = false
    }

    private let calls: [String: SocketCall]
    private let most: Int
    private let counter: CounterFamily
    private let state = Mutex(State())

    init(_ calls: [String: SocketCall], most: Int, counter: CounterFamily) {
        self.calls = calls
        self.most = most
        self.counter = counter
    }

    /// Begins to answer a call.
    /// - Parameter now: nanoseconds of the monotonic clock.
    func begin(
        _ name: String, _ input: JSONValue, ref: String, by caller: Principal?, now: Int64, _ socket: WebSocket
    ) {
        guard let call = calls[name] else {
            return refuse(Problem(404, "call_not_found", "There is no call of this name."), ref, socket)
        }
        let number = state.withLock { state -> Int? in
            guard !state.isOver, state.running < most, !state.open.values.contains(where: { $0.ref == ref }) else {
                return nil
            }
            state.running += 1
            state.last += 1
            state.open[state.last] = Open(ref: ref, deadline: now + call.timeout.milliseconds * 1_000_000)
            return state.last
        }
        guard let number else {
            return refuse(
                Problem(429, "too_many_calls", "At most \(most) calls wait at once, each with a ref of its own."), ref,
                socket)
        }
        let task = Task {
            let reply = await call.reply(to: caller, input, ref: ref)
            let isAwaited = state.withLock { state in
                state.running -= 1
                return state.open.removeValue(forKey: number) != nil
            }
            guard isAwaited else { return }
            if case .result = reply { count("answered") } else { count("refused") }
            socket.send(reply.message)
        }
        let isOver = state.withLock { state in
            state.open[number]?.task = task
            return state.isOver
        }
        // The client went before the task was known.
        if isOver { task.cancel() }
    }

    /// Answers the calls whose time is over.
    func expire(now: Int64, _ socket: WebSocket) {
        let late = state.withLock { state in
            let late = state.open.filter { $0.value.deadline <= now }
            for number in late.keys { state.open[number] = nil }
            return late.sorted { $0.key < $1.key }.map(\.value)
        }
        for open in late {
            open.task?.cancel()
            count("timed_out")
            socket.send(
                TopicReply.error(
                    Problem(504, "call_timed_out", "There was no answer in time. It may have been carried out."),
                    ref: open.ref
                ).message)
        }
    }

    /// The client has gone.
    func end() {
        let tasks = state.withLock { state in
            state.isOver = true
            defer { state.open = [:] }
            return state.open.values.compactMap(\.task)
        }
        for task in tasks { task.cancel() }
    }

    private func refuse(_ problem: Problem, _ ref: String, _ socket: WebSocket) {
        count("refused")
        socket.send(TopicReply.error(problem, ref: ref).message)
    }

    private func count(_ outcome: String) { counter.with(outcome).increment() }
}
