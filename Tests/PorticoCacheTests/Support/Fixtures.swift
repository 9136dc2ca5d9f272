import PorticoCache
import PorticoValues
import Synchronization

struct Trouble: Error, Hashable {}

/// A policy whose times are exact.
func exact(_ name: String = "test", ttl: Span = .seconds(10)) -> CachePolicy {
    var policy = CachePolicy(name, ttl: ttl)
    policy.jitter = 0
    policy.beta = 0
    return policy
}

/// A node whose clock and timer stand still.
struct TestNode {
    let clock = CacheClock.standing()
    let timer = ManualTimer()
    let registry: CacheRegistry

    /// - Parameter isPatient: whether pauses of up to 100 ms wait for the test too; if not, they take no time, and a lease
    ///   that nobody gives back is soon not waited for any more.
    init(
        shared: (any SharedCacheStore)? = nil, backplane: (any CacheBackplane)? = nil, isPatient: Bool = true
    ) {
        var configuration = CacheRegistry.Configuration()
        configuration.clock = clock
        configuration.timer = isPatient ? timer.timer : timer.impatient
        configuration.bounds.soft = isPatient ? .milliseconds(50) : .milliseconds(500)
        configuration.shared = shared
        configuration.backplane = backplane
        registry = CacheRegistry(configuration)
    }

    func cache(_ policy: CachePolicy) -> Cache<String, String> {
        Cache(policy, in: registry, codec: .text)
    }
}

/// What the values are made of: a table with one text for each key, and a count of its readings.
final class Source: Sendable {
    private let rows = Mutex<[String: Int]>([:])
    private let down = Atomic<Bool>(false)
    let loads = Tally()

    var isDown: Bool {
        get { down.load(ordering: .sequentiallyConsistent) }
        set { down.store(newValue, ordering: .sequentiallyConsistent) }
    }

    func write(_ key: String) { rows.withLock { $0[key, default: 0] += 1 } }

    func text(_ key: String) -> String { "\(key)=\(rows.withLock { $0[key] ?? 0 })" }

    func load(_ key: String) async throws -> String {
        loads.next()
        guard !isDown else { throw Trouble() }
        return text(key)
    }
}

/// Tier 2 that can be taken away, and whose scripts may hang.
final class FaultyStore: SharedCacheStore {
    let inner: any SharedCacheStore
    private let down = Atomic<Bool>(false)
    private let calls = Tally()
    let hang: Gate?
    /// What holds up the word that tags were invalidated, when they are already.
    let word: Gate?
    /// What holds up a value that was found.
    let finding: Gate?

    init(_ inner: any SharedCacheStore, hang: Gate? = nil, word: Gate? = nil, finding: Gate? = nil) {
        self.inner = inner
        self.hang = hang
        self.word = word
        self.finding = finding
    }

    var isDown: Bool {
        get { down.load(ordering: .sequentiallyConsistent) }
        set { down.store(newValue, ordering: .sequentiallyConsistent) }
    }

    var callCount: Int { calls.value }

    private func check() async throws {
        calls.next()
        await hang?.pass()
        if isDown { throw Trouble() }
    }

    func read(_ key: String, claim: SharedClaim?) async throws -> SharedReading {
        try await check()
        let reading = try await inner.read(key, claim: claim)
        await finding?.pass()
        return reading
    }

    func write(_ entry: SharedEntry, for key: String, releasing token: String?) async throws -> Bool {
        try await check()
        return try await inner.write(entry, for: key, releasing: token)
    }

    func release(_ key: String, token: String) async throws {
        try await check()
        try await inner.release(key, token: token)
    }

    func invalidate(_ tags: Set<CacheTag>) async throws -> Int64 {
        try await check()
        let stamp = try await inner.invalidate(tags)
        await word?.pass()
        return stamp
    }

    func changes(since stamp: Int64?) async throws -> SharedChanges {
        try await check()
        return try await inner.changes(since: stamp)
    }
}

/// Backplanes of several nodes whose notices are delivered when a test says so, or get lost.
final class TestExchange: Sendable {
    struct Port: CacheBackplane {
        let exchange: TestExchange
        let node: Int

        func publish(_ notice: CacheNotice) async throws {
            try exchange.publish(notice, from: node)
        }

        func listen(_ hear: @escaping @Sendable (CacheBackplaneEvent) async -> Void) async {}
    }

    private struct State {
        var inboxes: [[CacheBackplaneEvent]]
        var isCut: [Bool]
    }

    private let state: Mutex<State>

    init(nodes: Int) {
        state = Mutex(
            State(
                inboxes: Array(repeating: [], count: nodes), isCut: Array(repeating: false, count: nodes)))
    }

    func port(_ node: Int) -> Port { Port(exchange: self, node: node) }

    /// Cuts a node off, or joins it again; it is told of both.
    func setCut(_ isCut: Bool, _ node: Int) {
        state.withLock { state in
            guard state.isCut[node] != isCut else { return }
            state.isCut[node] = isCut
            state.inboxes[node].append(isCut ? .interrupted : .gap)
        }
    }

    private func publish(_ notice: CacheNotice, from node: Int) throws {
        try state.withLock { state throws in
            if state.isCut[node] { throw Trouble() }
            for other in state.inboxes.indices where other != node && !state.isCut[other] {
                state.inboxes[other].append(.notice(notice))
            }
        }
    }

    /// Delivers what a node has not heard yet.
    func deliver(to node: Int, _ registry: CacheRegistry) async {
        let events = state.withLock { state in
            defer { state.inboxes[node] = [] }
            return state.inboxes[node]
        }
        for event in events { await registry.hear(event) }
    }
}
