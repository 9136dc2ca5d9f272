/// The claims of a worker whose outcome it does not know yet.
///
/// A row that the table says is the worker's, and that the worker does not know, may come of a claim that is just being
/// answered. It is a stray when it is still there after all claims have been settled that had begun when it was first
/// seen: then nobody will ever run it, for example because the answer to the claim's commit was lost.
struct ClaimsUnderWay: Sendable {
    private var latest = 0
    private var open: Set<Int> = []
    /// Rows the worker does not know, with the latest claim that had begun when each was first seen.
    private var suspects: [JobTurn: Int] = [:]

    /// Notes that a claim begins.
    /// - Returns: its number, for ``settle(_:)``.
    mutating func begin() -> Int {
        latest += 1
        open.insert(latest)
        return latest
    }

    /// Notes that what a claim brought is known, or that it brought nothing that is known of.
    mutating func settle(_ claim: Int) {
        open.remove(claim)
    }

    /// Looks at the rows that the worker does not know.
    /// - Parameter unknown: all of them, read before this is asked.
    /// - Returns: those that are strays. None is at the first look: what ends between the reading and the looking is
    ///   gone at the next.
    mutating func strays(among unknown: Set<JobTurn>) -> [JobTurn] {
        let oldest = open.min() ?? .max
        let strays = suspects.filter { unknown.contains($0.key) && $0.value < oldest }.map(\.key)
        suspects = Dictionary(uniqueKeysWithValues: unknown.map { ($0, suspects[$0] ?? latest) })
        return strays
    }
}
