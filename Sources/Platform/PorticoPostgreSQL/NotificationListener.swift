import CLibPQ
import Glibc
import PorticoSQL
import PorticoValues
import Synchronization

/// A subscription to notifications. It ends when the last reference to it goes, or at once with ``cancel()``.
public final class PostgreSQLSubscription: Sendable {
    private let end: @Sendable () -> Void

    init(end: @escaping @Sendable () -> Void) {
        self.end = end
    }

    deinit { end() }

    /// Ends the subscription. A notification that is being delivered may still arrive.
    public func cancel() { end() }
}

/// Hears notifications on a connection and a thread of its own, which start with the first subscription. When the
/// connection is lost it is made anew, later and later up to every five seconds.
///
/// A pooler hands no notifications on. Behind one, handlers are called with an empty payload twice a second instead.
final class NotificationListener: Sendable {
    typealias Handler = @Sendable (_ payload: String) -> Void

    private struct Request {
        let id: Int
        let channel: String
        let handler: Handler
        let caller: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var requests: [Request] = []
        var handlers: [String: [Int: Handler]] = [:]
        var nextID = 0
        var isRunning = false
        var isClosed = false
    }

    /// Milliseconds between two calls where nothing can be heard.
    private static let lookingEvery: Int32 = 500
    private let settings: ConnectionSettings
    private let bell = Bell()
    private let state = Mutex(State())

    init(_ settings: ConnectionSettings) {
        self.settings = settings
    }

    /// Subscribes, and returns when the server has confirmed it.
    /// - Throws: ``SQLError`` `.unavailable`.
    func listen(_ channel: String, _ handler: @escaping Handler) async throws -> PostgreSQLSubscription {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withCheckedThrowingContinuation { caller in
            submit(Request(id: id, channel: channel, handler: handler, caller: caller))
        }
        return PostgreSQLSubscription { [weak self] in self?.remove(id, channel) }
    }

    /// Ends all subscriptions and waits until the connection is closed.
    func close() {
        state.withLock { $0.isClosed = true }
        bell.ring()
        let pause = ThreadLock()
        pause.lock()
        while state.withLock({ $0.isRunning }) { pause.wait(until: monotonicNanoseconds() + 5_000_000) }
        pause.unlock()
    }

    private func submit(_ request: Request) {
        let isOpen = state.withLock { !$0.isClosed }
        guard isOpen else {
            return request.caller.resume(throwing: SQLError(.unavailable, message: "the database is closed"))
        }
        let starts = state.withLock { state in
            state.requests.append(request)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard starts else { return bell.ring() }
        do {
            try startThread("pg-listen") { [self] in run() }
        } catch {
            state.withLock { $0.isRunning = false }
            refuse(error)
        }
    }

    private func remove(_ id: Int, _ channel: String) {
        // The server goes on sending to an empty channel, which nobody hears and which costs next to nothing.
        state.withLock { $0.handlers[channel]?[id] = nil }
    }

    // MARK: - The thread

    private func run() {
        var pipeline: Pipeline?
        var failures = 0
        var isReturning = false
        while !state.withLock({ $0.isClosed }) {
            do {
                let current = try pipeline ?? connect(isReturning: isReturning)
                pipeline = current
                failures = 0
                isReturning = true
                try acceptRequests(current)
                guard current.link.preface == nil else {
                    bell.wait(timeout: Self.lookingEvery)
                    state.withLock { $0.handlers.values.flatMap(\.values) }.forEach { $0("") }
                    continue
                }
                // Notifications that came with an answer are here already, and poll does not tell of them.
                try deliver(current.link.handle)
                let socket = PQsocket(current.link.handle)
                bell.wait([pollfd(fd: socket, events: Int16(POLLIN), revents: 0)], timeout: 30_000)
                try deliver(current.link.handle)
            } catch {
                pipeline = nil
                refuse(error)
                failures += 1
                let backoff = min(5000, 50 << min(failures, 7))
                bell.wait(timeout: Int32.random(in: Int32(backoff / 2)...Int32(backoff)))
            }
        }
        pipeline = nil
        refuse(SQLError(.unavailable, message: "the database is closed"))
        state.withLock { $0.isRunning = false }
    }

    private func connect(isReturning: Bool) throws -> Pipeline {
        let pipeline = Pipeline(try settings.connect(.session))
        let channels = state.withLock { Array($0.handlers.keys) }
        for channel in channels { try subscribe(pipeline, channel) }
        if isReturning {
            let all = state.withLock { $0.handlers.values.flatMap(\.values) }
            for handler in all { handler("") }
        }
        return pipeline
    }

    private func acceptRequests(_ pipeline: Pipeline) throws {
        let requests = state.withLock { state in
            defer { state.requests = [] }
            return state.requests
        }
        for (index, request) in requests.enumerated() {
            do {
                try subscribe(pipeline, request.channel)
            } catch {
                for request in requests[index...] { request.caller.resume(throwing: error) }
                throw error
            }
            state.withLock { $0.handlers[request.channel, default: [:]][request.id] = request.handler }
            request.caller.resume()
        }
    }

    private func subscribe(_ pipeline: Pipeline, _ channel: String) throws {
        guard pipeline.link.preface == nil else { return }
        _ = try pipeline.result(of: pipeline.sendOnce(SQL(trusted: "LISTEN \(Identifier.quoted(channel))")))
        try pipeline.settle()
    }

    private func deliver(_ handle: OpaquePointer) throws {
        guard PQconsumeInput(handle) == 1, PQstatus(handle) == CONNECTION_OK else { throw SQLError.lost }
        while let notification = PQnotifies(handle) {
            defer { PQfreemem(notification) }
            let channel = String(cString: notification.pointee.relname)
            let payload = String(cString: notification.pointee.extra)
            let handlers = state.withLock { $0.handlers[channel].map { Array($0.values) } ?? [] }
            for handler in handlers { handler(payload) }
        }
    }

    private func refuse(_ error: any Error) {
        let requests = state.withLock { state in
            defer { state.requests = [] }
            return state.requests
        }
        for request in requests { request.caller.resume(throwing: error) }
    }
}
