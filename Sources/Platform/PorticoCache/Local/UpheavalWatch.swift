/// Notices that a load has become another one: the hit ratio falls well below what it was.
///
/// What was counted before is then worth less, and the sketch forgets half of it at once instead of in its own time. On the
/// traces of the benchmark this gains more than a window that adapts itself, whose steps follow the noise of small samples.
struct UpheavalWatch: Sendable {
    /// A fall of the hit ratio that means something.
    private static let fall = 0.05
    /// How much of the average a new sample makes up.
    private static let weight = 0.1

    private var average: Double?
    private var hits = 0
    private var requests = 0
    private let period: Int

    /// A watch over samples of twice as many requests as there are values.
    init(entries: Int) {
        period = max(500, 2 * entries)
    }

    /// Counts requests since the last call.
    /// - Returns: whether a sample has ended whose hit ratio is far below the average.
    mutating func count(hits moreHits: Int, misses: Int) -> Bool {
        hits += moreHits
        requests += moreHits + misses
        guard requests >= period else { return false }
        let ratio = Double(hits) / Double(requests)
        hits = 0
        requests = 0
        let last = average ?? ratio
        average = last + (ratio - last) * UpheavalWatch.weight
        return ratio < last - UpheavalWatch.fall
    }
}
