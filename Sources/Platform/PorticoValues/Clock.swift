import Glibc
import Synchronization

/// The one clock that every expiry, schedule, retry, lease and rule of a process reads.
///
/// It is the system's clock plus an offset, which only a process in the testing environment ever moves.
public final class Clock: Sendable {
    private let offsetMilliseconds = Atomic<Int64>(0)
    private let frozen: Instant?

    /// A clock that follows the system's.
    public init() {
        self.frozen = nil
    }

    /// A clock that stands still at `instant` until it is advanced, for tests.
    public init(standingAt instant: Instant) {
        self.frozen = instant
    }

    /// The present instant.
    public func now() -> Instant {
        let base = frozen ?? Clock.systemNow()
        return base + .milliseconds(offsetMilliseconds.load(ordering: .relaxed))
    }

    /// Moves the clock forward (or back, when negative).
    public func advance(by span: Span) {
        offsetMilliseconds.wrappingAdd(span.milliseconds, ordering: .relaxed)
    }

    private static func systemNow() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

/// Nanoseconds on the monotonic clock, for measuring how long something took; meaningless as a date.
public func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
