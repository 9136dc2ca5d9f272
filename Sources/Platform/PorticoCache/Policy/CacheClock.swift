import Glibc
import PorticoValues
import Synchronization

/// The clock that every expiry of a cache reads: milliseconds that mean nothing as a date.
///
/// The usual one is the machine's monotonic clock, which no correction of the date moves; its resolution is the kernel's
/// tick, a few milliseconds, and reading it costs as many nanoseconds.
public final class CacheClock: Sendable {
    private enum Source: Sendable {
        case monotonic
        case standing
        case following(Clock)
    }

    private let source: Source
    private let offset = Atomic<Int64>(0)

    private init(_ source: Source) {
        self.source = source
    }

    /// The machine's monotonic clock.
    public static func monotonic() -> CacheClock { CacheClock(.monotonic) }

    /// A clock that moves only by ``advance(by:)``, for tests.
    public static func standing() -> CacheClock { CacheClock(.standing) }

    /// A clock that goes with the process's, for environments in which that one is moved by hand. It also follows
    /// corrections of the system's clock.
    public static func following(_ clock: Clock) -> CacheClock { CacheClock(.following(clock)) }

    /// The present time in milliseconds.
    public func now() -> Int64 {
        let moved = offset.load(ordering: .relaxed)
        switch source {
        case .monotonic:
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
            return Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec) / 1_000_000 &+ moved
        case .standing:
            return moved
        case .following(let clock):
            return clock.now().milliseconds &+ moved
        }
    }

    /// Moves the clock forward.
    public func advance(by span: Span) {
        offset.wrappingAdd(max(0, span.milliseconds), ordering: .relaxed)
    }
}

/// How a cache waits: for timeouts of loaders and tier 2, and for the load of another node.
public struct CacheTimer: Sendable {
    let wait: @Sendable (Span) async throws -> Void

    /// A timer that waits as `wait` does, which throws when its task is cancelled.
    public init(_ wait: @escaping @Sendable (Span) async throws -> Void) {
        self.wait = wait
    }

    /// Real time.
    public static let real = CacheTimer { span in
        try await Task.sleep(for: .milliseconds(span.milliseconds))
    }
}
