/// Messages that one client may send: so many at once, so many a second after that.
struct Allowance: Sendable {
    private let perSecond: Double
    private let burst: Double
    private var left: Double
    private var at: Int64

    init(perSecond: Int, burst: Int, now: Int64) {
        self.perSecond = Double(perSecond)
        self.burst = Double(max(1, burst))
        left = Double(max(1, burst))
        at = now
    }

    /// Whether one more is fine.
    /// - Parameter now: nanoseconds of the monotonic clock.
    mutating func take(now: Int64) -> Bool {
        left = min(burst, left + Double(max(0, now - at)) / 1_000_000_000 * perSecond)
        at = now
        guard left >= 1 else { return false }
        left -= 1
        return true
    }
}
