import PorticoValues

/// Successes and failures of the recent past, in ten slots that are used in turn.
struct OutcomeWindow: Sendable, Hashable {
    private struct Slot: Sendable, Hashable {
        var number = Int64.min
        var successes = 0
        var failures = 0
    }

    private static let slotCount: Int64 = 10
    private let width: Int64
    private var slots = [Slot](repeating: Slot(), count: Int(slotCount))

    init(_ window: Span) {
        width = max(1, window.milliseconds / OutcomeWindow.slotCount)
    }

    mutating func record(success: Bool, at now: Instant) {
        let number = number(at: now)
        let index = Int(((number % OutcomeWindow.slotCount) + OutcomeWindow.slotCount) % OutcomeWindow.slotCount)
        if slots[index].number != number { slots[index] = Slot(number: number) }
        if success { slots[index].successes += 1 } else { slots[index].failures += 1 }
    }

    /// Calls and failures of the slots that the window still covers.
    func counts(at now: Instant) -> (calls: Int, failures: Int) {
        let newest = number(at: now)
        return slots.reduce(into: (calls: 0, failures: 0)) { total, slot in
            guard slot.number <= newest, slot.number > newest - OutcomeWindow.slotCount else { return }
            total.calls += slot.successes + slot.failures
            total.failures += slot.failures
        }
    }

    mutating func clear() {
        slots = [Slot](repeating: Slot(), count: slots.count)
    }

    private func number(at now: Instant) -> Int64 {
        let quotient = now.milliseconds / width
        return now.milliseconds % width < 0 ? quotient - 1 : quotient
    }
}
