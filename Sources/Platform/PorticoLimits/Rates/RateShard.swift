import Glibc
import Synchronization

/// One table of counters behind a lock of its own.
///
/// The lock spins for a moment and then yields the processor, because the work under it takes some ten nanoseconds: a
/// waiter that sleeps in the kernel costs fifty times that, and with more threads than processors every handover then
/// passes through the kernel.
///
/// `@unchecked Sendable` is guarded by `isLocked`: the table is only reached between `lock` and `unlock`.
final class RateShard: @unchecked Sendable {
    private static let spins = 64
    private static let yields = 64

    private let isLocked = Atomic<Bool>(false)
    private let table: UnsafeMutablePointer<RateTable>

    init(most: Int) {
        table = .allocate(capacity: 1)
        table.initialize(to: RateTable(most: most))
    }

    deinit {
        table.deinitialize(count: 1)
        table.deallocate()
    }

    /// Runs `body` while no one else reaches the table. Not reentrant.
    @inline(__always)
    func withTable<Result>(_ body: (inout RateTable) -> Result) -> Result {
        if isLocked.exchange(true, ordering: .acquiring) { wait() }
        defer { isLocked.store(false, ordering: .releasing) }
        return body(&table.pointee)
    }

    private func wait() {
        var rounds = 0
        repeat {
            // Reading alone leaves the cache line shared until the lock looks free.
            while isLocked.load(ordering: .relaxed) {
                rounds += 1
                pause(after: rounds)
            }
        } while isLocked.exchange(true, ordering: .acquiring)
    }

    private func pause(after rounds: Int) {
        guard rounds > RateShard.spins else { return }
        if rounds <= RateShard.spins + RateShard.yields {
            sched_yield()
        } else {
            // The holder has lost its processor to somebody who does not yield.
            usleep(50)
        }
    }
}
