import PorticoValues
import Synchronization

/// How many retries a caller may make: a part of its calls, plus a few per second, so that retries cannot multiply the
/// load of a service that is already failing.
///
/// A value with explicit time; amounts are thousandths of a retry, so that nothing is rounded away.
public struct RetryAllowance: Sendable, Hashable {
    private let earnedPerCall: Int64
    private let earnedPerSecond: Int64
    private let most: Int64
    private var balance: Int64
    private var last: Instant?

    /// An allowance, full at the start.
    ///
    /// - Parameters:
    ///   - ratio: retries per call, 0…1 in steps of a thousandth.
    ///   - perSecond: retries per second that rare callers have in any case.
    ///   - most: retries that can be saved up.
    public init(ratio: Double = 0.1, perSecond: Int = 1, most: Int = 10) {
        self.earnedPerCall = Int64((min(max(0, ratio), 1) * 1000).rounded())
        self.earnedPerSecond = Int64(min(max(0, perSecond), 1_000_000)) * 1000
        self.most = Int64(min(max(1, most), 1_000_000)) * 1000
        self.balance = self.most
    }

    /// Whole retries that are left at an instant.
    public func available(at now: Instant) -> Int {
        Int(earned(at: now) / 1000)
    }

    /// Notes a call that is no retry.
    public mutating func noteCall(at now: Instant) {
        settle(at: now)
        balance = min(most, balance + earnedPerCall)
    }

    /// Takes one retry. False means: give up now and report the failure.
    public mutating func takeRetry(at now: Instant) -> Bool {
        settle(at: now)
        guard balance >= 1000 else { return false }
        balance -= 1000
        return true
    }

    private mutating func settle(at now: Instant) {
        balance = earned(at: now)
        last = last.map { max($0, now) } ?? now
    }

    private func earned(at now: Instant) -> Int64 {
        guard let last, now > last else { return balance }
        // An hour fills every allowance that earns anything worth mentioning, and keeps the product small.
        let milliseconds = min((now - last).milliseconds, 3_600_000)
        return min(most, balance + milliseconds * earnedPerSecond / 1000)
    }
}

/// A ``RetryAllowance`` that all calls to one service share.
public final class RetryBudget: Sendable {
    private let allowance: Mutex<RetryAllowance>

    /// A budget with an allowance.
    public init(_ allowance: RetryAllowance = RetryAllowance()) {
        self.allowance = Mutex(allowance)
    }

    /// Notes a call that is no retry.
    public func noteCall(at now: Instant) {
        allowance.withLock { $0.noteCall(at: now) }
    }

    /// Takes one retry. False means: give up now and report the failure.
    public func takeRetry(at now: Instant) -> Bool {
        allowance.withLock { $0.takeRetry(at: now) }
    }

    /// Whole retries that are left.
    public func available(at now: Instant) -> Int {
        allowance.withLock { $0.available(at: now) }
    }
}
