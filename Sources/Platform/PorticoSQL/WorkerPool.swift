import PorticoValues

/// Threads that each own one connection and take work from one fair queue.
///
/// Threads are started as needed up to `capacity`, the first `base` stay. Work that no thread takes before its deadline
/// fails with `.poolTimeout`, so that a caller never waits for ever behind slow statements.
///
/// `@unchecked Sendable`: every mutable member is guarded by `lock`; connections stay on their threads.
public final class WorkerPool<Connection>: @unchecked Sendable {
    /// What a piece of work gets: a connection, or why there is none.
    public typealias Work = @Sendable (Result<Connection, any Error>) -> Void

    private struct Item {
        let work: Work
        let deadline: Int64
        let queuedAt: Int64
    }

    private let name: String
    private let base: Int
    private let capacity: Int
    private let acquireNanoseconds: Int64
    private let idleNanoseconds: Int64
    private let open: @Sendable () throws -> Connection
    private let isUsable: @Sendable (Connection) -> Bool
    private let observeWait: @Sendable (_ nanoseconds: Int64) -> Void
    private let observeLevel: (@Sendable (PoolLevel) -> Void)?
    private let lock = ThreadLock()
    private let closing = ThreadLock()
    private var queue = ItemQueue<Item>()
    private var threads = 0
    private var busy = 0
    private var leaving = 0
    private var use: PoolUse
    private var isClosed = false
    private var hasSweeper = false

    /// A pool.
    /// - Parameters:
    ///   - base: connections kept open when there is nothing to do.
    ///   - capacity: the most connections.
    ///   - acquireTimeout: how long work may wait for a thread.
    ///   - idleTimeout: after which a connection above `base` is closed.
    ///   - open: makes a connection, on the thread that will own it.
    ///   - isUsable: asked after each piece of work; a connection that is not is dropped and opened anew.
    ///   - observeWait: hears how long each piece of work has waited.
    ///   - observeLevel: hears when so many connections are at work that it is worth telling, once for each level that is
    ///     passed upward; without it nobody watches.
    public init(
        name: String, base: Int, capacity: Int, acquireTimeout: Span = .seconds(2), idleTimeout: Span = .seconds(60),
        observeWait: @escaping @Sendable (_ nanoseconds: Int64) -> Void = { _ in },
        observeLevel: (@Sendable (PoolLevel) -> Void)? = nil,
        isUsable: @escaping @Sendable (Connection) -> Bool = { _ in true },
        open: @escaping @Sendable () throws -> Connection
    ) {
        self.name = name
        self.base = base
        self.capacity = max(base, capacity)
        self.acquireNanoseconds = acquireTimeout.milliseconds * 1_000_000
        self.idleNanoseconds = idleTimeout.milliseconds * 1_000_000
        self.open = open
        self.isUsable = isUsable
        self.observeWait = observeWait
        self.observeLevel = observeLevel
        use = PoolUse(capacity: max(base, capacity), isWatched: observeLevel != nil, at: monotonicNanoseconds())
    }

    /// Queues work. It runs on a pool thread, or gets an error when none is free in time.
    public func submit(_ work: @escaping Work) {
        let now = monotonicNanoseconds()
        lock.lock()
        guard !isClosed else {
            lock.unlock()
            return work(.failure(SQLError(.unavailable, message: "\(name) is closed")))
        }
        use.advance(to: now)
        let news = use.takeNews()
        queue.append(Item(work: work, deadline: now + acquireNanoseconds, queuedAt: now))
        let mustWait = queue.count > threads - leaving - busy
        let needsThread = mustWait && threads - leaving < capacity
        if needsThread { threads += 1 }
        let needsSweeper = mustWait && !hasSweeper
        if needsSweeper { hasSweeper = true }
        lock.signal()
        lock.unlock()
        if needsThread { startWorker() }
        if needsSweeper { startSweeper() }
        if let news { observeLevel?(news) }
    }

    /// Takes the next waiting piece of work, for a thread of the pool that is at work and does more in one go.
    /// - Returns: nil when nothing waits. What is returned must be run on the connection at hand.
    public func takeWaiting() -> Work? {
        let now = monotonicNanoseconds()
        let next = lock.withLock { () -> Item? in
            guard let item = queue.popFirst() else { return nil }
            use.join(at: now)
            return item
        }
        guard let next else { return nil }
        observeWait(max(0, now - next.queuedAt))
        return next.work
    }

    /// How the pool stands.
    public var status: PoolStatus {
        lock.withLock { PoolStatus(inUse: busy, idle: threads - busy, waiting: queue.count, capacity: capacity) }
    }

    /// What the pool did in the last minutes.
    public var load: PoolLoad {
        lock.withLock { use.load(at: monotonicNanoseconds()) }
    }

    /// Refuses new work, finishes what is queued, and returns when every connection is closed. Blocks.
    public func close() {
        lock.withLock {
            isClosed = true
            lock.broadcast()
        }
        closing.lock()
        while lock.withLock({ threads > 0 }) { closing.wait(until: monotonicNanoseconds() + 20_000_000) }
        closing.unlock()
    }

    private func startWorker() {
        do {
            try startThread(name) { self.work() }
        } catch {
            let stranded = lock.withLock { () -> Item? in
                threads -= 1
                return threads == 0 ? queue.popFirst() : nil
            }
            stranded?.work(.failure(error))
        }
    }

    private func work() {
        var connection: Connection?
        while let (item, waited) = take() {
            observeWait(waited)
            do {
                let usable = try connection ?? open()
                connection = usable
                item.work(.success(usable))
                if !isUsable(usable) { connection = nil }
            } catch {
                item.work(.failure(error))
            }
            let now = monotonicNanoseconds()
            lock.withLock {
                busy -= 1
                use.end(at: now)
            }
        }
        connection = nil
        lock.withLock {
            threads -= 1
            leaving -= 1
        }
        closing.withLock { closing.broadcast() }
    }

    /// The next piece of work and how long it has waited, or nil when this thread is to end.
    private func take() -> (item: Item, waited: Int64)? {
        lock.lock()
        defer { lock.unlock() }
        var now = monotonicNanoseconds()
        var idleUntil = now + idleNanoseconds
        while true {
            if let item = queue.popFirst() {
                busy += 1
                use.begin(at: now)
                return (item, max(0, now - item.queuedAt))
            }
            if isClosed {
                leaving += 1
                return nil
            }
            let isWoken = lock.wait(until: idleUntil)
            now = monotonicNanoseconds()
            if !isWoken, queue.isEmpty {
                if threads - leaving > base {
                    leaving += 1
                    return nil
                }
                idleUntil = now + idleNanoseconds
            }
        }
    }

    private func startSweeper() {
        do {
            try startThread("\(name)-sweep") { self.sweep() }
        } catch {
            lock.withLock { hasSweeper = false }
        }
    }

    /// Fails work whose deadline has passed. Ends when nothing waits; the next submission starts it again.
    private func sweep() {
        let bell = ThreadLock()
        bell.lock()
        defer { bell.unlock() }
        while true {
            bell.wait(until: monotonicNanoseconds() + 50_000_000)
            let now = monotonicNanoseconds()
            var expired: [Item] = []
            let isDone = lock.withLock { () -> Bool in
                while let first = queue.first, first.deadline <= now, let item = queue.popFirst() {
                    expired.append(item)
                }
                if queue.isEmpty { hasSweeper = false }
                return queue.isEmpty
            }
            for item in expired {
                item.work(.failure(SQLError(.poolTimeout, message: "no connection of \(name) was free in time")))
            }
            if isDone { return }
        }
    }
}

/// A first-in first-out queue with amortised constant cost.
struct ItemQueue<Element> {
    private var items: [Element?] = []
    private var head = 0

    var count: Int { items.count - head }
    var isEmpty: Bool { count == 0 }
    var first: Element? { isEmpty ? nil : items[head] }

    mutating func append(_ element: Element) {
        items.append(element)
    }

    mutating func popFirst() -> Element? {
        guard head < items.count else { return nil }
        let element = items[head]
        items[head] = nil
        head += 1
        if head > 64 && head * 2 > items.count {
            items.removeFirst(head)
            head = 0
        }
        return element
    }
}
