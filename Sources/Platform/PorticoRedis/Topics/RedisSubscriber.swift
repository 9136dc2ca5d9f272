import PorticoLimits
import PorticoTelemetry
import PorticoValues
import Synchronization

/// Hears what is published, on a connection of its own that starts with the first subscription.
///
/// The connection is asked for a sign of life once a heartbeat and made anew when it is lost; all channels are then
/// subscribed again and every subscription is told of the gap. Subscribing never fails: while Redis is away, nothing is
/// heard, and the first event is still to come.
public final class RedisSubscriber: Sendable {
    private struct State {
        var mailboxes: [ObjectIdentifier: RedisMailbox] = [:]
        var connection: RedisConnection?
        var task: Task<Void, Never>?
        var isClosed = false
    }

    private let dialer: RedisDialer
    private let metrics: RedisMetrics
    private let state = Mutex(State())

    /// A subscriber to the server of a client. It uses the client's settings and none of its connections.
    public init(_ client: RedisClient) {
        dialer = RedisDialer(address: client.address, configuration: client.configuration)
        metrics = client.metrics
    }

    /// Begins to hear channels.
    ///
    /// - Parameter buffer: events that may wait for the reader; when more come, they are dropped and a gap is told.
    public func subscribe(to channels: Set<String>, buffer: Int = 1024) -> RedisSubscription {
        let mailbox = RedisMailbox(channels: channels, capacity: buffer)
        let key = ObjectIdentifier(mailbox)
        let isOpen = state.withLock { state in
            guard !state.isClosed else { return false }
            state.mailboxes[key] = mailbox
            state.connection?.post(RedisSubscriber.command("SUBSCRIBE", channels))
            if state.task == nil { state.task = Task { await run() } }
            return true
        }
        if !isOpen { mailbox.end() }
        return RedisSubscription(mailbox: mailbox) { [weak self] in self?.remove(key) }
    }

    /// Ends all subscriptions and disconnects.
    public func shutdown() async {
        let (task, connection, mailboxes) = state.withLock { state in
            state.isClosed = true
            defer { state.mailboxes = [:] }
            return (state.task, state.connection, Array(state.mailboxes.values))
        }
        for mailbox in mailboxes { mailbox.end() }
        task?.cancel()
        connection?.abort()
        await task?.value
    }

    private func remove(_ key: ObjectIdentifier) {
        state.withLock { state in
            guard let mailbox = state.mailboxes.removeValue(forKey: key) else { return }
            let still = state.mailboxes.values.reduce(into: Set<String>()) { $0.formUnion($1.channels) }
            let gone = mailbox.channels.subtracting(still)
            if !gone.isEmpty { state.connection?.post(RedisSubscriber.command("UNSUBSCRIBE", gone)) }
        }
    }

    private static func command(_ name: String, _ channels: Set<String>) -> RedisCommand {
        var command = RedisCommand(name)
        for channel in channels { command.append(channel) }
        return command
    }

    // MARK: - The connection

    private func run() async {
        var attempt = 0
        while !Task.isCancelled {
            let start = monotonicNanoseconds()
            do {
                let connection = try await dialer.open { [weak self] parts in self?.hear(parts) }
                await serve(connection)
                attempt = monotonicNanoseconds() - start > 1_000_000_000 ? 0 : attempt + 1
            } catch {
                attempt += 1
            }
            guard !Task.isCancelled else { return }
            let wait = dialer.configuration.backoff.wait(attempt: max(1, attempt))
            try? await Task.sleep(for: .milliseconds(wait.milliseconds))
        }
    }

    /// Hears until the connection is lost.
    private func serve(_ connection: RedisConnection) async {
        let isOpen = state.withLock { state in
            guard !state.isClosed else { return false }
            state.connection = connection
            let channels = state.mailboxes.values.reduce(into: Set<String>()) { $0.formUnion($1.channels) }
            if !channels.isEmpty { connection.post(RedisSubscriber.command("SUBSCRIBE", channels)) }
            return true
        }
        if isOpen { await watch(connection) }
        connection.abort()
        await connection.closed()
        let mailboxes = state.withLock { state in
            state.connection = nil
            return Array(state.mailboxes.values)
        }
        for mailbox in mailboxes { mailbox.interrupt() }
    }

    /// Returns when the connection is closed or gives no sign of life.
    private func watch(_ connection: RedisConnection) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await connection.closed() }
            group.addTask { [configuration = dialer.configuration] in
                while !Task.isCancelled {
                    try? await Task.sleep(for: .milliseconds(configuration.heartbeat.milliseconds))
                    let ping = RedisCommand("PING")
                    guard (try? await connection.send(ping, timeout: configuration.hardTimeout)) != nil else { break }
                }
                connection.abort()
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// Runs on the connection's event loop.
    private func hear(_ parts: [RESPValue]) {
        guard parts.count == 3, let kind = parts[0].text, let channel = parts[1].text else { return }
        let mailboxes = state.withLock { state in
            state.mailboxes.values.filter { $0.channels.contains(channel) }
        }
        switch kind {
        case "message":
            let event = RedisEvent.message(RedisMessage(channel: channel, payload: parts[2].bytes ?? []))
            for mailbox in mailboxes where mailbox.put(event) { metrics.gaps.increment() }
        case "subscribe":
            for mailbox in mailboxes where mailbox.confirm(channel) { metrics.gaps.increment() }
        default:
            break
        }
    }
}
