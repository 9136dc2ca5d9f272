import PorticoValues

/// The sliding log: every admission with its instant, so that no window of the rule's length ever holds more than the
/// quota, wherever it begins. A window is open at its start and closed at its end: what came a window ago is out.
///
/// It is exact and pays for it with sixteen bytes an entry, of which there are never more than two quotas; hence
/// ``RateRule/largestLogQuota``.
struct RateLog: Sendable {
    private struct Entry: Sendable {
        let at: Int64
        var units: Int32
    }

    /// In the order of their instants; those before `first` have left the window.
    private var entries: [Entry] = []
    private var first = 0
    /// Units of the entries that count.
    private var used: Int64 = 0

    /// Bytes of one entry.
    static let entryBytes = MemoryLayout<Entry>.stride

    /// Entries in memory.
    var entryCount: Int { entries.count }

    /// Drops what has left the window. Everything else here wants it done first.
    mutating func advance(to now: Instant, of rule: RateRule) {
        let start = now.milliseconds - rule.window.milliseconds
        while first < entries.count, entries[first].at <= start {
            used -= Int64(entries[first].units)
            first += 1
        }
        // Half of the entries or more move at once, so each moves once on average.
        guard first > 0, first * 2 >= entries.count else { return }
        entries.removeFirst(first)
        first = 0
    }

    func admits(_ needs: Int, of rule: RateRule) -> Bool {
        used + Int64(needs) <= Int64(rule.quota)
    }

    /// Writes down `cost` units whether they fit or not. What does not fit is debt, at most one quota deep.
    mutating func charge(_ cost: Int, of rule: RateRule, at now: Instant) {
        let added = min(Int64(cost), 2 * Int64(rule.quota) - used)
        guard added > 0 else { return }
        used += added
        // With a clock that was set back it joins the last entry as well: the order stays, and the error is to refuse.
        if let last = entries.last, entries.count > first, last.at >= now.milliseconds {
            entries[entries.count - 1].units += Int32(added)
        } else {
            entries.append(Entry(at: now.milliseconds, units: Int32(added)))
        }
    }

    func level(of rule: RateRule, at now: Instant) -> RateLevel {
        RateLevel(
            remaining: Int(max(0, Int64(rule.quota) - used)),
            untilFull: used > 0 ? untilOut(entries.count - 1, of: rule, at: now) : .milliseconds(0))
    }

    /// The time until so many units of the oldest entries are out that `needs` fit.
    func wait(for needs: Int, of rule: RateRule, at now: Instant) -> Span {
        let room = Int64(rule.quota) - Int64(needs)
        guard used > max(0, room) else { return .milliseconds(0) }
        guard room >= 0 else { return untilOut(entries.count - 1, of: rule, at: now) }
        var left = used
        var index = first
        while index < entries.count {
            left -= Int64(entries[index].units)
            if left <= room { break }
            index += 1
        }
        return untilOut(min(index, entries.count - 1), of: rule, at: now)
    }

    private func untilOut(_ index: Int, of rule: RateRule, at now: Instant) -> Span {
        rule.spanUntilOut(Instant(milliseconds: entries[index].at), at: now)
    }
}

extension RateRule {
    /// The largest quota of a sliding log, which keeps up to two entries for each unit of it.
    public static let largestLogQuota = 1_000

    /// The time until what a sliding log wrote down at `instant` has left the window; a whole window for an instant that
    /// is yet to come, which only a clock that was set back leaves behind.
    public func spanUntilOut(_ instant: Instant, at now: Instant) -> Span {
        .milliseconds(min(instant.milliseconds, now.milliseconds) + window.milliseconds - now.milliseconds)
    }
}
