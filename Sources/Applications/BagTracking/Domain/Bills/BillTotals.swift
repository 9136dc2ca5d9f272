/// What is on a bill, in sacks, bags and grams (rule R26).
struct BillTotals: Sendable, Hashable {
    /// Sacks on the bill.
    var linkedCount = 0
    /// Bags in them.
    var childCount = 0
    /// What the bags weigh.
    var actualWeightGrams = 0
    /// What they would weigh if every sack were full.
    var expectedWeightGrams = 0

    /// Actual less expected weight; never positive.
    var varianceGrams: Int { actualWeightGrams - expectedWeightGrams }

    /// The totals with a sack more.
    func adding(_ load: ParentLoad) -> BillTotals {
        BillTotals(
            linkedCount: linkedCount + 1, childCount: childCount + load.childCount,
            actualWeightGrams: actualWeightGrams + load.weightGrams,
            expectedWeightGrams: expectedWeightGrams + load.expectedWeightGrams)
    }

    /// The totals with a sack less.
    func removing(_ load: ParentLoad) -> BillTotals {
        BillTotals(
            linkedCount: linkedCount - 1, childCount: childCount - load.childCount,
            actualWeightGrams: actualWeightGrams - load.weightGrams,
            expectedWeightGrams: expectedWeightGrams - load.expectedWeightGrams)
    }
}
