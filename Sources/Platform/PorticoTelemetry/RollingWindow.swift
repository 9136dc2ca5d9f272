import PorticoValues
import Synchronization

/// Durations and failures of the recent past, in a ring of slots of equal width. Behind a lock.
///
/// Time comes in with every call, so alerts and charts follow the process's clock and tests move it. A slot takes
/// 2 kB once it is used.
public final class RollingWindow: Sendable {
    /// How much time one slot covers.
    public let slotWidth: Span
    /// How many slots there are; the window reaches back `slotCount` × ``slotWidth``.
    public let slotCount: Int
    private let slots: Mutex<[Slot]>

    /// A window of `slots` slots, each `width` wide; the default is ten minutes in steps of ten seconds.
    public init(slots: Int = 60, width: Span = .seconds(10)) {
        slotCount = max(1, slots)
        slotWidth = max(.milliseconds(1), width)
        self.slots = Mutex(Array(repeating: Slot(), count: max(1, slots)))
    }

    /// Records one event at `instant`. Events older than what the ring still holds are ignored.
    public func record(nanoseconds: Int64, failed: Bool = false, at instant: Instant) {
        let number = slotNumber(at: instant)
        slots.withLock { slots in
            slots[position(of: number)].record(max(0, nanoseconds), failed: failed, number: number)
        }
    }

    /// Everything in the last `span` up to `now` (the whole window when nil), rounded up to whole slots.
    public func snapshot(last span: Span? = nil, at now: Instant) -> WindowSnapshot {
        let newest = slotNumber(at: now)
        let wanted = span.map { ($0.milliseconds + slotWidth.milliseconds - 1) / slotWidth.milliseconds }
        let reach = min(max(1, wanted ?? Int64(slotCount)), Int64(slotCount))
        let oldest = newest - reach + 1
        let live = liveSlots(from: oldest, through: newest)
        var latency = LatencySnapshot.empty
        for slot in live {
            latency.merge(slot.latency)
        }
        let covered = now.milliseconds - start(of: oldest).milliseconds
        return WindowSnapshot(
            latency: latency, failures: live.reduce(0) { $0 + $1.failures },
            covered: .milliseconds(max(1, covered)))
    }

    /// The window slot by slot up to `now`, oldest first, empty slots included: the points of a chart.
    public func history(at now: Instant) -> [WindowSlot] {
        let newest = slotNumber(at: now)
        let oldest = newest - Int64(slotCount) + 1
        let live = liveSlots(from: oldest, through: newest)
        return (oldest...newest).map { number in
            let slot = live.first { $0.number == number }
            return WindowSlot(
                start: start(of: number), latency: slot?.latency ?? .empty, failures: slot?.failures ?? 0)
        }
    }

    private func liveSlots(from oldest: Int64, through newest: Int64) -> [Slot] {
        slots.withLock { slots in
            slots.filter { !$0.counts.isEmpty && $0.number >= oldest && $0.number <= newest }
        }
    }

    private func slotNumber(at instant: Instant) -> Int64 {
        let width = slotWidth.milliseconds
        let quotient = instant.milliseconds / width
        return instant.milliseconds % width < 0 ? quotient - 1 : quotient
    }

    private func start(of number: Int64) -> Instant {
        Instant(milliseconds: number * slotWidth.milliseconds)
    }

    private func position(of number: Int64) -> Int {
        let remainder = Int(number % Int64(slotCount))
        return remainder < 0 ? remainder + slotCount : remainder
    }
}

/// One slot of the ring; its counts stay empty until something falls into it.
private struct Slot: Sendable {
    var number = Int64.min
    var counts: [UInt32] = []
    var failures = 0
    var sum: Int64 = 0
    var longest: Int64 = 0

    var latency: LatencySnapshot {
        LatencySnapshot(counts: counts.map { Int64($0) }, sumNanoseconds: sum, maxNanoseconds: longest)
    }

    mutating func record(_ nanoseconds: Int64, failed: Bool, number: Int64) {
        guard number >= self.number else { return }
        if number > self.number || counts.isEmpty { begin(number) }
        counts[LatencyBuckets.index(of: nanoseconds)] &+= 1
        failures += failed ? 1 : 0
        sum &+= nanoseconds
        longest = max(longest, nanoseconds)
    }

    private mutating func begin(_ number: Int64) {
        self.number = number
        counts = Array(repeating: 0, count: LatencyBuckets.count)
        failures = 0
        sum = 0
        longest = 0
    }
}

/// What a ``RollingWindow`` held over a stretch of time.
public struct WindowSnapshot: Sendable, Equatable {
    /// All durations of the stretch.
    public let latency: LatencySnapshot
    /// How many of the events failed.
    public let failures: Int
    /// The time the stretch covers; the youngest slot counts only as far as it has passed.
    public let covered: Span

    /// Events in the stretch.
    public var count: Int { latency.count }
    /// Events per second.
    public var ratePerSecond: Double { Double(count) * 1000 / Double(covered.milliseconds) }
    /// Failed events as a part of all, 0…1; 0 when nothing happened.
    public var failureRatio: Double { count == 0 ? 0 : Double(failures) / Double(count) }
}

/// One slot of a ``RollingWindow``, for a chart.
public struct WindowSlot: Sendable, Equatable {
    /// When the slot begins.
    public let start: Instant
    /// The durations that fell into it.
    public let latency: LatencySnapshot
    /// How many of the events failed.
    public let failures: Int

    /// Events in the slot.
    public var count: Int { latency.count }
}
