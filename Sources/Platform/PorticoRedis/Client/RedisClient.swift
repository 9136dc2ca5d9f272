import PorticoTelemetry
import PorticoValues
import Synchronization

/// Redis for many callers at once over a few shared connections.
///
/// Commands of concurrent callers are pipelined: they leave together, and no caller waits for a free connection. While
/// Redis is away every command fails at once instead of queueing, and connections are made anew in the background.
///
/// ```swift
/// let client = try RedisClient(.init(url: "redis://127.0.0.1:6379"))
/// let answer = try await client.send(RedisCommand("GET", "greeting"))
/// await client.shutdown()
/// ```
///
/// A command is sent at most once, unless it says that it is idempotent or it certainly did not run. A client must be
/// shut down before its last reference goes. Cancelling a caller's task does not end its wait, which the timeout bounds.
public final class RedisClient: Sendable {
    let configuration: Configuration
    let address: RedisAddress
    let metrics: RedisMetrics
    private let links: [RedisLink]
    private let turn = Atomic<Int>(0)
    private let isClosed = Atomic<Bool>(false)

    /// A client that has not connected yet; it does so with its first command.
    /// - Throws: ``RedisError/misconfigured(_:)``.
    public init(_ configuration: Configuration) throws(RedisError) {
        if let flaw = configuration.flaw() { throw .misconfigured(flaw) }
        let address = try RedisAddress(configuration.url.reveal())
        let metrics = RedisMetrics(configuration.metrics)
        let dialer = RedisDialer(address: address, configuration: configuration)
        self.configuration = configuration
        self.address = address
        self.metrics = metrics
        self.links = (0..<configuration.connections).map { _ in RedisLink(dialer: dialer, metrics: metrics) }
    }

    /// Connections that are up and answering.
    public var readyConnections: Int { links.count { $0.ready != nil } }

    /// Sends a command and waits for its answer.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait; the client's own when nil.
    ///   - isIdempotent: whether the command may run twice. When its connection is lost, it is then sent once more over
    ///     another one.
    /// - Returns: the answer, never ``RESPValue/error(_:)`` itself; inner values may be errors.
    /// - Throws: ``RedisError``.
    public func send(
        _ command: RedisCommand, timeout: Span? = nil, isIdempotent: Bool = false
    ) async throws(RedisError) -> RESPValue {
        let start = monotonicNanoseconds()
        do {
            let answer = try await attempt(command, timeout ?? configuration.timeout, isIdempotent)
            metrics.answered.increment()
            metrics.seconds.observe(nanoseconds: monotonicNanoseconds() - start)
            return answer
        } catch {
            metrics.count(error)
            throw error
        }
    }

    /// Asks whether Redis answers; for health checks. Connects when that has not happened yet.
    /// - Returns: the time it took in nanoseconds.
    /// - Throws: ``RedisError``.
    public func ping() async throws(RedisError) -> Int64 {
        let start = monotonicNanoseconds()
        _ = try await send(RedisCommand("PING"), isIdempotent: true)
        return monotonicNanoseconds() - start
    }

    /// Refuses commands from now on, waits for the answers that are owed, within the hard timeout, and disconnects.
    public func shutdown() async {
        isClosed.store(true, ordering: .sequentiallyConsistent)
        await withTaskGroup(of: Void.self) { group in
            for link in links { group.addTask { await link.close() } }
        }
    }

    private func attempt(
        _ command: RedisCommand, _ timeout: Span, _ isIdempotent: Bool
    ) async throws(RedisError) -> RESPValue {
        let connection = try await self.connection()
        do {
            return try await connection.send(command, timeout: timeout)
        } catch {
            switch error {
            case .disconnected where isIdempotent: break
            // The connection was lost between being chosen and being used.
            case .unavailable: break
            default: throw error
            }
            guard let other = ready(), other !== connection else { throw error }
            return try await other.send(command, timeout: timeout)
        }
    }

    private func connection() async throws(RedisError) -> RedisConnection {
        if let connection = ready() { return connection }
        guard !isClosed.load(ordering: .sequentiallyConsistent) else { throw .closed }
        for link in links { link.start() }
        return try await links[next()].connection()
    }

    private func ready() -> RedisConnection? {
        let first = next()
        for offset in links.indices {
            if let connection = links[(first + offset) % links.count].ready { return connection }
        }
        return nil
    }

    private func next() -> Int {
        let number = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return Int(UInt(bitPattern: number) % UInt(links.count))
    }
}
