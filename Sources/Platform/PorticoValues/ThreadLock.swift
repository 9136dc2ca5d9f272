import Glibc

/// A POSIX mutex with a condition, for threads that block on purpose.
///
/// `@unchecked Sendable`: POSIX guarantees both objects; their memory is owned here and freed at the end.
public final class ThreadLock: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// An open lock.
    public init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Takes the lock.
    public func lock() { pthread_mutex_lock(mutex) }
    /// Gives the lock back.
    public func unlock() { pthread_mutex_unlock(mutex) }
    /// Waits for a signal with the lock given back meanwhile. May wake without one.
    public func wait() { pthread_cond_wait(condition, mutex) }
    /// Wakes one waiting thread.
    public func signal() { pthread_cond_signal(condition) }
    /// Wakes all waiting threads.
    public func broadcast() { pthread_cond_broadcast(condition) }

    /// Waits for a signal until `deadline` on the monotonic clock, in nanoseconds.
    /// - Returns: false when the deadline has passed.
    @discardableResult
    public func wait(until deadline: Int64) -> Bool {
        var time = timespec(tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
        return pthread_cond_timedwait(condition, mutex, &time) == 0
    }

    /// Runs `body` with the lock held.
    public func withLock<Value>(_ body: () throws -> Value) rethrows -> Value {
        lock()
        defer { unlock() }
        return try body()
    }
}
