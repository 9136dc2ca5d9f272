/// What was done in one day (rule R39). Counts acts by the time they were recorded, so a day that is over never changes.
struct DayActs: Sendable, Hashable {
    /// What one person did.
    struct Person: Sendable, Hashable {
        var childrenLinked = 0
        var childrenUndone = 0
        var billsCreated = 0

        /// Whether there is anything to tell.
        var isEmpty: Bool { self == Person() }
    }

    var billsCreated = 0
    var billsCompleted = 0
    var billsDispatched = 0
    var billsDelivered = 0
    /// Accepted scans of bags.
    var childrenLinked = 0
    /// Scans of bags that were taken back, whenever they were made.
    var childrenUndone = 0
    /// Bags that imports put into sacks.
    var childrenImported = 0
    /// Scans that brought a sack to its capacity.
    var sacksFilled = 0
    /// What the accepted bags weigh.
    var weightLinkedGrams = 0
    /// Scans that put a sack onto a return ticket.
    var sacksReturned = 0
    /// Scans by outcome.
    var scans: [ScanOutcome: Int] = [:]
    /// Whoever did something that is counted by person.
    var people: [Int64: Person] = [:]
    /// Whoever did anything, or whose bill something was done to.
    var involved: Set<Int64> = []

    /// Whether nothing was done at all.
    var isEmpty: Bool { self == DayActs() }

    /// People with something to tell, who did most first.
    var byUser: [(id: Int64, acts: Person)] {
        people.filter { !$0.value.isEmpty }.map { (id: $0.key, acts: $0.value) }.sorted {
            ($1.acts.childrenLinked, $0.id) < ($0.acts.childrenLinked, $1.id)
        }
    }
}
