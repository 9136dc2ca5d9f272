import Glibc
import Synchronization

/// One part of the values behind a lock of its own.
///
/// The lock spins for a moment and then yields the processor, because the work under it takes some ten nanoseconds: a
/// waiter that sleeps in the kernel costs fifty times that.
///
/// `@unchecked Sendable` is guarded by `isLocked`: the table is only reached between taking and releasing it.
@usableFromInline
final class CacheShard<Key: Hashable & Sendable, Value: Sendable>: @unchecked Sendable {
    @usableFromInline let isLocked = Atomic<Bool>(false)
    @usableFromInline let table: UnsafeMutablePointer<CacheTable<Key, Value>>

    init(most: CacheCapacity, seed: UInt64) {
        table = .allocate(capacity: 1)
        table.initialize(to: CacheTable(most: most, seed: seed))
    }

    deinit {
        table.deinitialize(count: 1)
        table.deallocate()
    }

    /// Runs `body` while no one else reaches the table. Not reentrant.
    @inlinable @inline(__always)
    func withTable<Result>(_ body: (inout CacheTable<Key, Value>) -> Result) -> Result {
        if isLocked.exchange(true, ordering: .acquiring) { awaitLock() }
        defer { isLocked.store(false, ordering: .releasing) }
        return body(&table.pointee)
    }

    @usableFromInline
    func awaitLock() {
        var rounds = 0
        repeat {
            // Reading alone leaves the cache line shared until the lock looks free.
            while isLocked.load(ordering: .relaxed) {
                rounds += 1
                CacheShard.pause(after: rounds)
            }
        } while isLocked.exchange(true, ordering: .acquiring)
    }

    private static func pause(after rounds: Int) {
        guard rounds > 64 else { return }
        if rounds <= 128 {
            sched_yield()
        } else {
            // The holder has lost its processor to somebody who does not yield.
            usleep(50)
        }
    }
}
