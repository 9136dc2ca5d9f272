import PorticoValues
import Synchronization

/// A door for threads: closed at first, then open for ever. Work that blocks a thread waits at it for what a test does.
///
/// `@unchecked Sendable`: `isOpen` is guarded by the lock.
public final class ThreadDoor: @unchecked Sendable {
    private let lock = ThreadLock()
    private var isOpen = false

    /// A closed door.
    public init() {}

    /// Lets everybody through, now and later.
    public func open() {
        lock.withLock {
            isOpen = true
            lock.broadcast()
        }
    }

    /// Blocks the thread until the door is open.
    public func pass() {
        lock.lock()
        while !isOpen { lock.wait() }
        lock.unlock()
    }
}

/// A count that closures on other threads add to.
public final class Tally: Sendable {
    private let number = Atomic<Int>(0)

    /// Nothing yet.
    public init() {}

    /// How many there are.
    public var value: Int { number.load(ordering: .sequentiallyConsistent) }

    /// Adds one.
    /// - Returns: how many there are then.
    @discardableResult
    public func add() -> Int {
        number.add(1, ordering: .sequentiallyConsistent).newValue
    }
}
