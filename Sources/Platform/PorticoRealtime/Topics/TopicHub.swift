import PorticoEvents
import PorticoTelemetry
import PorticoValues
import Synchronization

/// Gives messages to those who watch their topics, over event streams and WebSockets alike.
///
/// A message leaves at once unless one left within the last 100 ms; then messages gather until 50 are there or the 100 ms
/// are over. Nobody waits for a slow client: see ``Configuration``.
public final class TopicHub: Sendable {
    /// How much is kept, and how messages are put together.
    public struct Configuration: Sendable {
        /// Messages that a client may be behind before it is cut off with a reset.
        public var capacity = 1000
        /// Bytes of messages that a client may be behind.
        public var capacityBytes = 4 << 20
        /// Messages that leave together.
        public var batchCount = 50
        /// How long messages gather after one has left; zero lets each leave at once.
        public var batchSpan = Span.milliseconds(100)
        /// Messages kept for clients that come back.
        public var historyCount = 4096
        /// Bytes of messages kept for them.
        public var historyBytes = 8 << 20
        /// Clients for whom pages of what they have missed are read at the same time.
        public var replaysAtOnce = 4

        /// The figures above.
        public init() {}
    }

    struct State {
        var mailboxes: [ObjectIdentifier: TopicMailbox] = [:]
        /// The groups of each topic, by their names.
        var watchers: [String: [String: Group]] = [:]
        var history: TopicHistory
        var gathering: [TopicMessage] = []
        /// When messages left last, in nanoseconds of the monotonic clock.
        var leftAt = Int64.min / 2
        var isPlanned = false
        var number: Int64 = 0
        var isClosed = false
    }

    /// Those who watch a topic with equal filters.
    struct Group {
        let filter: TopicFilter
        var mailboxes: [ObjectIdentifier: TopicMailbox] = [:]
    }

    let metrics: RealtimeMetrics
    let backplane: (any TopicBackplane)?
    let replays: ReplayTurns
    private let configuration: Configuration
    let timing: HubTiming
    private let state: Mutex<State>

    /// A hub.
    /// - Parameter backplane: carries passing messages to other nodes; see ``broadcast(_:)``.
    public convenience init(
        _ configuration: Configuration, metrics: MetricsRegistry = MetricsRegistry(),
        backplane: (any TopicBackplane)? = nil
    ) {
        self.init(configuration, metrics: metrics, backplane: backplane, timing: .system)
    }

    /// A hub whose subscribers may be `capacity` messages behind.
    public convenience init(capacity: Int = 1000) {
        var configuration = Configuration()
        configuration.capacity = capacity
        self.init(configuration)
    }

    init(
        _ configuration: Configuration, metrics: MetricsRegistry, backplane: (any TopicBackplane)?, timing: HubTiming
    ) {
        self.configuration = configuration
        self.metrics = RealtimeMetrics(metrics)
        self.backplane = backplane
        self.timing = timing
        replays = ReplayTurns(atOnce: configuration.replaysAtOnce)
        let history = TopicHistory(
            epoch: randomBytes(4).hexadecimal, most: configuration.historyCount,
            mostBytes: configuration.historyBytes)
        state = Mutex(State(history: history))
    }

    /// Number of clients.
    public var count: Int { state.withLock { $0.mailboxes.count } }

    /// Whether somebody watches one of these topics, or a part of it.
    public func hasSubscribers(of topics: Set<String>) -> Bool {
        state.withLock { state in topics.contains { state.watchers[$0] != nil } }
    }

    /// Gives messages to those who watch them on this node, in order. Committed events come here on every node.
    public func publish(_ messages: [TopicMessage]) {
        guard !messages.isEmpty else { return }
        metrics.published.increment(by: messages.count)
        let now = timing.now()
        let (delivered, wait) = state.withLock { state -> (Delivered, Int64?) in
            guard !state.isClosed else { return (Delivered(), nil) }
            state.gathering += messages
            let rest = state.leftAt + configuration.batchSpan.milliseconds * 1_000_000 - now
            guard rest > 0, state.gathering.count < configuration.batchCount else {
                return (deliver(&state, now), nil)
            }
            defer { state.isPlanned = true }
            return (Delivered(), state.isPlanned ? nil : rest)
        }
        finish(delivered)
        if let wait { timing.later(wait) { [weak self] in self?.flush() } }
    }

    /// Gives messages to those who watch them on any node. For passing messages: who is typing, where a cursor is.
    public func broadcast(_ messages: [TopicMessage]) async {
        publish(messages)
        guard let backplane else { return }
        for message in messages where message.position == nil {
            await backplane.send(message.travelling)
            metrics.travelled.increment()
        }
    }

    /// Hears what other nodes broadcast, until the task is cancelled. Returns at once without a backplane.
    public func listen() async {
        await backplane?.receive { [self] event in
            switch event {
            case .message(let bytes):
                guard let message = TopicMessage(travelling: bytes) else { return }
                metrics.arrived.increment()
                publish([message])
            case .gap: forgetPassing()
            }
        }
    }

    /// Sends a sign of life over every event stream each `interval` until the task is cancelled. WebSockets have pings.
    public func keepAlive(every interval: Span = .seconds(15)) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(interval.milliseconds))
            for mailbox in state.withLock({ Array($0.mailboxes.values) }) { mailbox.beat() }
        }
    }

    /// Ends every subscription.
    public func close() {
        flush()
        let mailboxes = state.withLock { state in
            state.isClosed = true
            defer {
                state.mailboxes = [:]
                state.watchers = [:]
            }
            return Array(state.mailboxes.values)
        }
        for mailbox in mailboxes {
            metrics.subscriptions.add(-Double(mailbox.topics.count))
            mailbox.close()
        }
    }

    /// Lets what has gathered leave.
    func flush() {
        let now = timing.now()
        finish(
            state.withLock { state in
                state.isPlanned = false
                return state.gathering.isEmpty || state.isClosed ? Delivered() : deliver(&state, now)
            })
    }

    /// Clients can't be sure of having all passing messages from here on.
    private func forgetPassing() {
        state.withLock { $0.history.beginEpoch(randomBytes(4).hexadecimal) }
    }

    // MARK: - Delivery

    private struct Delivered {
        var woken: [ObjectIdentifier: TopicMailbox] = [:]
        var cut: [TopicMailbox] = []
        var coalesced = 0
    }

    private func deliver(_ state: inout State, _ now: Int64) -> Delivered {
        var delivered = Delivered()
        let messages = state.gathering
        state.gathering = []
        state.leftAt = now
        for message in messages {
            let named = state.history.append(message)
            state.number += 1
            for topic in named.topics {
                // Once for each group, however many are in it.
                for (name, group) in state.watchers[topic] ?? [:] where group.filter.admits(named.tags) {
                    for mailbox in group.mailboxes.values { put(named, name, mailbox, &state, &delivered) }
                }
            }
        }
        return delivered
    }

    private func put(
        _ message: TopicMessage, _ name: String, _ mailbox: TopicMailbox, _ state: inout State,
        _ delivered: inout Delivered
    ) {
        let outcome = mailbox.put(message, of: name, number: state.number)
        if outcome == .skipped { return }
        delivered.woken[ObjectIdentifier(mailbox)] = mailbox
        if outcome == .coalesced { delivered.coalesced += 1 }
        if outcome == .cut {
            delivered.cut.append(mailbox)
            remove(mailbox, &state)
        }
    }

    /// Outside the lock: whoever is woken may come back here.
    private func finish(_ delivered: Delivered) {
        if delivered.coalesced > 0 { metrics.coalesced.increment(by: delivered.coalesced) }
        if !delivered.cut.isEmpty { metrics.cut.increment(by: delivered.cut.count) }
        for mailbox in delivered.woken.values { mailbox.wake() }
    }

    private func remove(_ mailbox: TopicMailbox, _ state: inout State) {
        let id = ObjectIdentifier(mailbox)
        guard state.mailboxes.removeValue(forKey: id) != nil else { return }
        let names = mailbox.topics
        for name in names { _ = unwatch(name, id, &state) }
        metrics.subscriptions.add(-Double(names.count))
    }

    /// Whether it was watched.
    private func unwatch(_ name: String, _ id: ObjectIdentifier, _ state: inout State) -> Bool {
        let topic = TopicFilter.split(name).topic
        guard state.watchers[topic]?[name]?.mailboxes.removeValue(forKey: id) != nil else { return false }
        if state.watchers[topic]?[name]?.mailboxes.isEmpty ?? false { state.watchers[topic]?[name] = nil }
        if state.watchers[topic]?.isEmpty ?? false { state.watchers[topic] = nil }
        return true
    }

    /// Whether it was not watched before.
    private func watch(_ name: String, _ mailbox: TopicMailbox, _ state: inout State) -> Bool {
        let (topic, filter) = TopicFilter.split(name)
        return state.watchers[topic, default: [:]][name, default: Group(filter: filter)]
            .mailboxes.updateValue(mailbox, forKey: ObjectIdentifier(mailbox)) == nil
    }
}

// MARK: - Subscriptions

extension TopicHub {
    /// A mailbox that watches nothing yet.
    func mailbox(
        comesPerTopic: Bool = false, pulse: StreamPulse? = nil, ready: (@Sendable () -> Void)? = nil
    ) -> TopicMailbox {
        TopicMailbox(
            capacity: configuration.capacity, capacityBytes: configuration.capacityBytes,
            comesPerTopic: comesPerTopic, pulse: pulse, ready: ready)
    }

    /// Where a client goes on from.
    enum Beginning: Sendable {
        /// From now.
        case now
        /// Behind what it has.
        case after(ResumePoint)
        /// Behind what it was just told from elsewhere.
        case afterReplay(ResumePoint)

        /// The same from further on.
        func moved(to point: ResumePoint) -> Beginning {
            switch self {
            case .now: .now
            case .after: .after(point)
            case .afterReplay: .afterReplay(point)
            }
        }
    }

    /// So many messages are found in the memory for one client at a time: a client that is told slowly holds no more.
    static let page = 1000

    /// Has a mailbox watch topics. What it missed is found in the same moment, so that nothing is told twice or not at
    /// all. It is not put into the mailbox: being away is not being slow, and a long absence would fill it at once.
    /// - Parameter topics: the hub's names with those that the client uses. A ``TopicFilter`` may stand behind the hub's.
    /// - Returns: what is to be told before anything from the mailbox. Where it is not the whole, the mailbox watches nothing
    ///   yet: once it is told, the client joins from there. Nil when what the client missed is not known here.
    func join(
        _ mailbox: TopicMailbox, _ topics: [String: String], _ beginning: Beginning
    ) -> TopicHistory.Part? {
        let watched = WatchedTopics(topics.keys)
        let missed = state.withLock { state -> TopicHistory.Part? in
            guard let missed = TopicHub.missed(beginning, state.history, watched) else { return nil }
            // One that was cut off, or whose client has gone, must not come back: nobody would take it out again.
            guard mailbox.end == nil else { return TopicHistory.Part(through: missed.through) }
            guard !state.isClosed else {
                mailbox.close()
                return TopicHistory.Part(through: missed.through)
            }
            guard missed.isWhole else { return missed }
            let id = ObjectIdentifier(mailbox)
            state.mailboxes[id] = mailbox
            for (topic, name) in topics {
                if watch(topic, mailbox, &state) { metrics.subscriptions.add(1) }
                mailbox.watch(topic, as: name, through: missed.through.position)
            }
            return missed
        }
        mailbox.wake()
        return missed
    }

    private static func missed(
        _ beginning: Beginning, _ history: TopicHistory, _ watched: WatchedTopics
    ) -> TopicHistory.Part? {
        let point: ResumePoint
        switch beginning {
        case .now: return TopicHistory.Part(through: ResumePoint(position: .start))
        case .after(let start):
            guard history.covers(start) else { return nil }
            point = start
        case .afterReplay(let start):
            guard history.covers(replayedTo: start) else { return nil }
            point = start
        }
        return history.part(after: point, most: page) { watched.admit($0) }
    }

    /// Whether replaying events would leave no passing message out.
    func coversOffsets(of point: ResumePoint) -> Bool {
        state.withLock { $0.history.coversOffsets(of: point) }
    }

    /// Keeps events that were read elsewhere for the next client that asks.
    func remember(_ messages: [TopicMessage], after position: EventPosition) {
        state.withLock { $0.history.extend(with: messages, after: position) }
    }

    /// Stops watching a topic.
    func leave(_ mailbox: TopicMailbox, _ topic: String) {
        state.withLock { state in
            guard unwatch(topic, ObjectIdentifier(mailbox), &state) else { return }
            mailbox.ignore(topic)
            metrics.subscriptions.add(-1)
        }
    }

    /// Stops watching.
    func leave(_ mailbox: TopicMailbox) {
        mailbox.close()
        state.withLock { remove(mailbox, &$0) }
    }
}
