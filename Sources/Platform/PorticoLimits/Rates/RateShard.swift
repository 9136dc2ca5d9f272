import Glibc
import Synchronization

/// The counters of a shard: words of fixed size, and logs.
struct RateCounters: Sendable {
    var words: RateTable
    var logs: RateLogTable
}

/// One part of the counters behind a lock of its own.
///
/// The lock spins for a moment and then yields the processor, because the work under it takes some ten nanoseconds: a
/// waiter that sleeps in the kernel costs fifty times that, and with more threads than processors every handover then
/// passes through the kernel.
///
/// `@unchecked Sendable` is guarded by `isLocked`: the counters are only reached between `lock` and `unlock`.
final class RateShard: @unchecked Sendable {
    private static let spins = 64
    private static let yields = 64

    private let isLocked = Atomic<Bool>(false)
    private let counters: UnsafeMutablePointer<RateCounters>

    /// - Parameters:
    ///   - most: keys of words, and as many of logs.
    ///   - mostEntries: entries of all logs.
    init(most: Int, mostEntries: Int = 0) {
        counters = .allocate(capacity: 1)
        counters.initialize(
            to: RateCounters(
                words: RateTable(most: most), logs: RateLogTable(most: most, mostEntries: mostEntries)))
    }

    deinit {
        counters.deinitialize(count: 1)
        counters.deallocate()
    }

    /// Runs `body` while no one else reaches the counters. Not reentrant.
    @inline(__always)
    func withCounters<Result>(_ body: (inout RateCounters) -> Result) -> Result {
        if isLocked.exchange(true, ordering: .acquiring) { wait() }
        defer { isLocked.store(false, ordering: .releasing) }
        return body(&counters.pointee)
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
