import PorticoValues

/// The sliding logs of a shard, by key.
///
/// They stand beside ``RateTable`` and not in it, because a log has no fixed size: the table's slots stay at forty bytes,
/// and rules without a log pay nothing for those that have one. Like the table it is never swept: every charge looks at
/// two logs in turn and drops what has expired.
struct RateLogTable: Sendable {
    private struct Slot: Sendable {
        let key: RateFingerprint
        var log = RateLog()
        var expiry: Int64 = 0
    }

    private static let examinedOnCharge = 2
    /// Logs among which a full table chooses what to forget.
    private static let comparedWhenFull = 16

    private var slots: [Slot] = []
    private var places: [RateFingerprint: Int] = [:]
    private var hand = 0
    private(set) var entryCount = 0
    /// Logs that were forgotten before their time because the table was full.
    private(set) var evictions = 0
    private let most: Int
    private let mostEntries: Int

    /// - Parameters:
    ///   - most: keys.
    ///   - mostEntries: entries of all keys together; at least those of one log.
    init(most: Int, mostEntries: Int) {
        self.most = max(1, most)
        self.mostEntries = max(2 * RateRule.largestLogQuota, mostEntries)
    }

    var count: Int { slots.count }

    /// Bytes of entries, slots and the way to them; array capacity that is not used yet comes on top.
    var byteCount: Int {
        entryCount * RateLog.entryBytes
            + slots.count
            * (MemoryLayout<Slot>.stride + MemoryLayout<RateFingerprint>.stride + MemoryLayout<Int>.stride)
    }

    /// Whether a demand fits now.
    mutating func admits(_ demand: borrowing RateDemand, on key: RateFingerprint, at now: Instant) -> Bool {
        guard let place = places[key] else { return demand.needs <= demand.rule.quota }
        let before = slots[place].log.entryCount
        slots[place].log.advance(to: now, of: demand.rule)
        entryCount += slots[place].log.entryCount - before
        return demand.needs == 0 || slots[place].log.admits(demand.needs, of: demand.rule)
    }

    /// The time until a demand fits that did not.
    func wait(_ demand: borrowing RateDemand, on key: RateFingerprint, at now: Instant) -> Span {
        places[key].map { [needs = demand.needs, rule = demand.rule] in
            slots[$0].log.wait(for: needs, of: rule, at: now)
        }
            ?? .milliseconds(0)
    }

    /// What is left and when all of it is back.
    func level(_ demand: borrowing RateDemand, on key: RateFingerprint, at now: Instant) -> RateLevel {
        guard let place = places[key] else {
            return RateLevel(remaining: demand.rule.quota, untilFull: .milliseconds(0))
        }
        return slots[place].log.level(of: demand.rule, at: now)
    }

    /// Writes a demand's cost down, on a log that ``admits(_:on:at:)`` has brought up to now.
    mutating func charge(_ demand: borrowing RateDemand, on key: RateFingerprint, at now: Instant) {
        examine(RateLogTable.examinedOnCharge, at: now)
        let place = places[key] ?? insert(key)
        let before = slots[place].log.entryCount
        slots[place].log.charge(demand.cost, of: demand.rule, at: now)
        slots[place].expiry = now.milliseconds + slots[place].log.level(of: demand.rule, at: now).untilFull.milliseconds
        entryCount += slots[place].log.entryCount - before
        while slots.count > 1, slots.count > most || entryCount > mostEntries { makeRoom(keeping: key) }
    }

    mutating func remove(_ key: RateFingerprint) {
        if let place = places[key] { remove(at: place) }
    }

    /// Looks at the next logs and drops those that have expired.
    mutating func examine(_ number: Int, at now: Instant) {
        for _ in 0..<min(number, slots.count) {
            if hand >= slots.count { hand = 0 }
            // What moves into the gap is looked at next.
            if slots[hand].expiry <= now.milliseconds { remove(at: hand) } else { hand += 1 }
        }
    }

    private mutating func insert(_ key: RateFingerprint) -> Int {
        slots.append(Slot(key: key))
        places[key] = slots.count - 1
        return slots.count - 1
    }

    /// Forgets, of some logs, the one whose allowance is back first.
    private mutating func makeRoom(keeping key: RateFingerprint) {
        var victim: Int?
        for step in 0..<min(RateLogTable.comparedWhenFull, slots.count) {
            let place = (hand + step) % slots.count
            guard slots[place].key != key else { continue }
            if victim.map({ slots[place].expiry < slots[$0].expiry }) ?? true { victim = place }
        }
        hand += RateLogTable.comparedWhenFull
        if hand >= slots.count { hand = 0 }
        guard let victim else { return }
        remove(at: victim)
        evictions += 1
    }

    private mutating func remove(at place: Int) {
        entryCount -= slots[place].log.entryCount
        places[slots[place].key] = nil
        let last = slots.removeLast()
        guard place < slots.count else { return }
        slots[place] = last
        places[last.key] = place
    }
}
