import PorticoValues

/// An open-addressed table of counters with linear probing: 40 bytes a slot, between half and three quarters full.
///
/// Nobody sweeps it. Every insertion looks at four slots and every eighth update at one, in turn round the table, and
/// drops what has expired; so dead keys leave faster than new ones come.
struct RateTable: Sendable {
    private struct Slot: Sendable {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var state = RateState(word: 0, mark: 0)
        var expiry: Int64 = 0
    }

    private static let smallest = 16
    private static let examinedOnInsertion = 4
    /// Keys among which a full table chooses what to forget.
    private static let comparedWhenFull = 16

    private var slots = [Slot](repeating: Slot(), count: smallest)
    private(set) var count = 0
    /// Keys that were forgotten before their time because the table was full.
    private(set) var evictions = 0
    private var hand = 0
    private var updates: UInt8 = 0
    private let most: Int

    init(most: Int) {
        self.most = max(1, most)
    }

    var byteCount: Int { slots.count * MemoryLayout<Slot>.stride }

    func state(of key: RateFingerprint) -> RateState? {
        find(key).map { slots[$0].state }
    }

    mutating func store(_ state: RateState, until expiry: Instant, for key: RateFingerprint, at now: Instant) {
        if let index = find(key) {
            slots[index].state = state
            slots[index].expiry = expiry.milliseconds
            updates &+= 1
            if updates & 7 == 0 { examine(1, at: now) }
            return
        }
        examine(RateTable.examinedOnInsertion, at: now)
        if count >= most { makeRoom(at: now) }
        if (count + 1) * 4 > slots.count * 3 { resize(to: slots.count * 3 / 2) }
        insert(Slot(high: key.high, low: key.low, state: state, expiry: expiry.milliseconds))
    }

    mutating func remove(_ key: RateFingerprint) {
        guard let index = find(key) else { return }
        remove(at: index)
    }

    /// Looks at the next slots and drops those that have expired; gives memory back once the table is nearly empty.
    mutating func examine(_ number: Int, at now: Instant) {
        for _ in 0..<min(number, slots.count) {
            if hand >= slots.count { hand = 0 }
            if slots[hand].low != 0, slots[hand].expiry <= now.milliseconds {
                // What moves into the gap is looked at next.
                remove(at: hand)
            } else {
                hand += 1
            }
        }
        if slots.count > RateTable.smallest, count * 8 < slots.count { resize(to: max(RateTable.smallest, count * 2)) }
    }

    private mutating func makeRoom(at now: Instant) {
        examine(RateTable.comparedWhenFull, at: now)
        guard count >= most else { return }
        var victim: Int?
        var index = hand
        var keys = 0
        var steps = 0
        while keys < RateTable.comparedWhenFull, steps < slots.count {
            if index >= slots.count { index = 0 }
            if slots[index].low != 0 {
                keys += 1
                if victim.map({ slots[index].expiry < slots[$0].expiry }) ?? true { victim = index }
            }
            index += 1
            steps += 1
        }
        hand = index
        if let victim {
            remove(at: victim)
            evictions += 1
        }
    }

    private func find(_ key: RateFingerprint) -> Int? {
        var index = home(of: key.low)
        while slots[index].low != 0 {
            if slots[index].low == key.low, slots[index].high == key.high { return index }
            index += 1
            if index == slots.count { index = 0 }
        }
        return nil
    }

    /// The slot where the search begins: the low word scaled to the table's size, which need not be a power of two.
    private func home(of low: UInt64) -> Int {
        Int(low.multipliedFullWidth(by: UInt64(slots.count)).high)
    }

    private mutating func insert(_ slot: Slot) {
        var index = home(of: slot.low)
        while slots[index].low != 0 {
            index += 1
            if index == slots.count { index = 0 }
        }
        slots[index] = slot
        count += 1
    }

    /// Closes the gap by moving back what was pushed over it, so that no search stops early.
    private mutating func remove(at start: Int) {
        var gap = start
        var index = gap + 1 == slots.count ? 0 : gap + 1
        while slots[index].low != 0 {
            let home = home(of: slots[index].low)
            let fromHome = index >= home ? index - home : index + slots.count - home
            let fromGap = index >= gap ? index - gap : index + slots.count - gap
            if fromHome >= fromGap {
                slots[gap] = slots[index]
                gap = index
            }
            index += 1
            if index == slots.count { index = 0 }
        }
        slots[gap] = Slot()
        count -= 1
    }

    private mutating func resize(to capacity: Int) {
        let old = slots
        slots = [Slot](repeating: Slot(), count: capacity)
        count = 0
        hand = 0
        for slot in old where slot.low != 0 {
            insert(slot)
        }
    }
}
