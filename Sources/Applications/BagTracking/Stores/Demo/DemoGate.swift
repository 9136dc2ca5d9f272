import Portico

/// The check of a bill's lorry at the gate, as a demonstration has it.
struct DemoGate: Sendable {
    /// When it began.
    let start: Instant
    /// When the lorry left; nil while it is loading.
    let end: Instant?
    /// When the work of the demonstration ends.
    private let last: Instant
    /// How many of the bill's sacks were seen: all of a lorry that left, half of one that is loading.
    let seen: Int
    /// Position of a sack on a lorry that is loading and that is not on its bill; nil where there is none.
    let foreign: Int?

    /// Scans of the check.
    var scans: Int { seen + (foreign == nil ? 0 : 1) }

    fileprivate init(start: Instant, end: Instant?, last: Instant, seen: Int, foreign: Int?) {
        self.start = start
        self.end = end
        self.last = last
        self.seen = seen
        self.foreign = foreign
    }

    /// When the scan at this place was made, from 0.
    func scanned(_ place: Int) -> Instant { min(start + .seconds(Int64(20 * (place + 1))), end ?? last) }
}

extension DemoPlan {
    /// The check of a bill's lorry; nil for one that has not come to the gate.
    func gate(_ bill: DemoBill) -> DemoGate? {
        let times = times(bill)
        guard let completed = times.completed, bill.state != "completed" else { return nil }
        let start = min(max(completed, (times.dispatched ?? calendar.end) - .minutes(25)), calendar.end)
        let isLoading = times.dispatched == nil
        return DemoGate(
            start: start, end: times.dispatched, last: calendar.end,
            seen: isLoading ? bill.sacks.count / 2 : bill.sacks.count,
            foreign: isLoading ? sacks.lastIndex { $0.area == bill.area && $0.bill == nil && $0.count > 0 } : nil)
    }

    /// Ids of scans follow their time: those at the gate come after the sack that was being packed when a check began.
    mutating func placeGates() {
        let begun = bills.indices.compactMap { index in gate(bills[index]).map { (bill: index, at: $0.start) } }
        var sack = 0
        for check in begun.sorted(by: { ($0.at, $0.bill) < ($1.at, $1.bill) }) {
            while sack + 1 < sacks.count, sacks[sack + 1].start <= check.at { sack += 1 }
            sacks[sack].gates.append(check.bill)
        }
    }
}
