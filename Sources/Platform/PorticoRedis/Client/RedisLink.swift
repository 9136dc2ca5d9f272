import Logging
import PorticoLimits
import PorticoTelemetry
import PorticoValues
import Synchronization

/// One of a client's connections through its lives: made when it is first wanted, made anew when it is lost.
///
/// Only the very first attempt lets callers wait; afterwards a link without a connection says so at once.
final class RedisLink: Sendable {
    typealias Waiter = CheckedContinuation<Result<RedisConnection, RedisError>, Never>

    private enum Phase {
        case idle
        case starting([Waiter])
        case up(RedisConnection)
        case down(RedisError)
        case closed
    }

    private let dialer: RedisDialer
    private let metrics: RedisMetrics
    private let phase = Mutex(Phase.idle)
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(dialer: RedisDialer, metrics: RedisMetrics) {
        self.dialer = dialer
        self.metrics = metrics
    }

    /// The connection if there is one that answers.
    var ready: RedisConnection? {
        phase.withLock { phase in
            if case .up(let connection) = phase, connection.isReady { return connection }
            return nil
        }
    }

    /// The connection; waits for the first attempt to make it.
    func connection() async throws(RedisError) -> RedisConnection {
        start()
        let result = await withCheckedContinuation { (waiter: Waiter) in
            let known: Result<RedisConnection, RedisError>? = phase.withLock { phase in
                switch phase {
                case .starting(let waiters):
                    phase = .starting(waiters + [waiter])
                    return nil
                case .up(let connection): return .success(connection)
                case .down(let error): return .failure(error)
                case .idle, .closed: return .failure(.closed)
                }
            }
            if let known { waiter.resume(returning: known) }
        }
        return try result.get()
    }

    /// Begins to connect unless that has begun.
    func start() {
        let isFirst = phase.withLock { phase in
            guard case .idle = phase else { return false }
            phase = .starting([])
            return true
        }
        guard isFirst else { return }
        task.withLock { $0 = Task { await run() } }
    }

    /// Ends the link; answers that are owed may still come, within the hard timeout.
    func close() async {
        let (connection, waiters) = phase.withLock { phase -> (RedisConnection?, [Waiter]) in
            defer { phase = .closed }
            switch phase {
            case .up(let connection): return (connection, [])
            case .starting(let waiters): return (nil, waiters)
            case .idle, .down, .closed: return (nil, [])
            }
        }
        for waiter in waiters { waiter.resume(returning: .failure(.closed)) }
        let running = task.withLock { $0 }
        running?.cancel()
        await connection?.close()
        await running?.value
    }

    private func run() async {
        var attempt = 0
        var wasUp = false
        while !Task.isCancelled {
            do {
                let connection = try await dialer.open()
                guard enter(.up(connection)) else { return await connection.close() }
                if wasUp { metrics.reconnects.increment() }
                tell(.info, "connected to Redis", if: attempt > 0 || !wasUp)
                wasUp = true
                let start = monotonicNanoseconds()
                metrics.connected.add(1)
                await connection.closed()
                metrics.connected.add(-1)
                // A server that accepts and then hangs up must not be called in a loop.
                let hasLasted = monotonicNanoseconds() - start > 1_000_000_000
                attempt = hasLasted ? 0 : attempt + 1
                _ = enter(.down(.unavailable("the connection was lost")))
                tell(.warning, "the connection to Redis was lost", if: hasLasted)
            } catch {
                attempt += 1
                _ = enter(.down(.unavailable(RedisLink.reason(error))))
                tell(.warning, "no connection to Redis: \(error)", if: attempt == 1)
            }
            let wait = dialer.configuration.backoff.wait(attempt: max(1, attempt))
            try? await Task.sleep(for: .milliseconds(wait.milliseconds))
        }
    }

    /// False when the link has been closed meanwhile.
    private func enter(_ next: Phase) -> Bool {
        let (isOpen, waiters) = phase.withLock { phase -> (Bool, [Waiter]) in
            if case .closed = phase { return (false, []) }
            defer { phase = next }
            if case .starting(let waiters) = phase { return (true, waiters) }
            return (true, [])
        }
        for waiter in waiters {
            switch next {
            case .up(let connection): waiter.resume(returning: .success(connection))
            case .down(let error): waiter.resume(returning: .failure(error))
            case .idle, .starting, .closed: waiter.resume(returning: .failure(.closed))
            }
        }
        return isOpen
    }

    private func tell(_ level: Logger.Level, _ message: Logger.Message, if isNews: Bool) {
        guard isNews, !Task.isCancelled else { return }
        dialer.configuration.logger.log(level: level, message)
    }

    private static func reason(_ error: RedisError) -> String {
        if case .unavailable(let reason) = error { return reason }
        return error.description
    }
}
