import Portico

/// What happened at one sack of a demonstration, scan by scan.
struct DemoTimeline: Sendable {
    /// One scan of a bag.
    struct Step: Sendable {
        var outcome = ScanOutcome.linked
        /// Number of the bag among those the sack brings; meaningless for refusals.
        var child = 0
        /// Bags in the sack after the scan.
        var countAfter = 0
        /// Whether the scan was undone before the next one.
        var isUndone = false
        /// Whether the bag was registered before.
        var wasKnown = false
    }

    private(set) var steps: [Step] = []
    private var count = 0

    /// The scans of a sack, in order. Bags 0 … `count` − 1 stay in it; those after them are loose.
    init(_ sack: DemoSack, random: inout DemoRandom) {
        steps.reserveCapacity(sack.childScans)
        let places = max(sack.count, 1)
        let loose = (0..<sack.loose).map { _ in random.below(places) }
        let rejected = (0..<sack.rejected).map { _ in random.below(places) }
        let relinked = DemoTimeline.distinct(sack.relinked, below: sack.count, &random)
        let duplicates = DemoTimeline.distinct(sack.duplicates, below: sack.count, &random)
        var nextLoose = sack.count
        for place in 0..<places {
            for _ in 0..<loose.count(where: { $0 == place }) {
                link(nextLoose, isUndone: true)
                nextLoose += 1
            }
            for _ in 0..<rejected.count(where: { $0 == place }) {
                steps.append(Step(outcome: .rejected, countAfter: count))
            }
            guard place < sack.count else { continue }
            if relinked.contains(place) { link(place, isUndone: true) }
            link(place, wasKnown: relinked.contains(place))
            if duplicates.contains(place) {
                steps.append(Step(outcome: .duplicate, child: place, countAfter: count, wasKnown: true))
            }
        }
    }

    private mutating func link(_ child: Int, isUndone: Bool = false, wasKnown: Bool = false) {
        steps.append(
            Step(child: child, countAfter: count + 1, isUndone: isUndone, wasKnown: wasKnown))
        if !isUndone { count += 1 }
    }

    private static func distinct(_ amount: Int, below limit: Int, _ random: inout DemoRandom) -> Set<Int> {
        var chosen: Set<Int> = []
        while chosen.count < amount { chosen.insert(random.below(limit)) }
        return chosen
    }
}
