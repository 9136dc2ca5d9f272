/// How much is in a sack, how much fits, and what that weighs (rule R12).
struct ParentLoad: Sendable, Hashable {
    let childCount: Int
    let capacity: Int
    let unitWeightGrams: Int

    /// The status of a sack that is not retired.
    var status: ParentStatus {
        if childCount == 0 { return .empty }
        return isFull ? .full : .filling
    }

    var weightGrams: Int { childCount * unitWeightGrams }

    /// What the sack weighs when it is full.
    var expectedWeightGrams: Int { capacity * unitWeightGrams }

    var isFull: Bool { childCount >= capacity }

    /// How many more bags fit; never negative.
    var room: Int { max(0, capacity - childCount) }

    /// The load with `change` more bags (fewer when negative), or nil when the sack cannot hold that many.
    func changed(by change: Int) -> ParentLoad? {
        let count = childCount + change
        guard (0...capacity).contains(count) else { return nil }
        return ParentLoad(childCount: count, capacity: capacity, unitWeightGrams: unitWeightGrams)
    }
}
