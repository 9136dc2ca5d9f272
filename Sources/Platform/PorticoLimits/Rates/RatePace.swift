import PorticoValues

/// The arithmetic units of a rule: ticks so fine that one token takes a whole number of them.
///
/// With `q` tokens per `w` milliseconds, both divided by their greatest common divisor, a millisecond has `q` ticks and a
/// token takes `w`. No rounding error can then add up. Beyond 2^21 ticks per millisecond (a quota per window that is
/// larger than 2,097,152 and does not reduce) the ticks per token are rounded to the nearest whole number.
struct RatePace: Sendable, Hashable {
    /// Ticks in a millisecond: 1…2^21.
    let ticksPerMillisecond: Int64
    /// Ticks that one token takes to come back: at least 1.
    let ticksPerToken: Int64
    /// Ticks of a full bucket; below 2^60.
    let capacity: Int64

    /// 2020-01-01T00:00:00Z in milliseconds. Counting from here keeps ticks within 62 bits until the year 2089.
    private static let epoch: Int64 = 1_577_836_800_000
    private static let mostTicks: Int64 = 1 << 21
    private static let farthest: Int64 = 1 << 41

    init(quota: Int, window: Span, burst: Int) {
        let divisor = RatePace.greatestCommonDivisor(Int64(quota), window.milliseconds)
        let tokens = Int64(quota) / divisor
        let milliseconds = window.milliseconds / divisor
        if tokens <= RatePace.mostTicks {
            ticksPerMillisecond = tokens
            ticksPerToken = milliseconds
        } else {
            ticksPerMillisecond = RatePace.mostTicks
            let exact = Int128(milliseconds) * Int128(RatePace.mostTicks)
            ticksPerToken = max(1, Int64((exact + Int128(tokens / 2)) / Int128(tokens)))
        }
        capacity = RatePace.product(ticksPerToken, Int64(burst))
    }

    /// The instant in ticks; within ±2^62.
    func ticks(at now: Instant) -> Int64 {
        let milliseconds = now.milliseconds - RatePace.epoch
        return min(max(milliseconds, -RatePace.farthest), RatePace.farthest) * ticksPerMillisecond
    }

    /// The whole milliseconds that cover a number of ticks; none when it is not positive.
    func span(ofTicks ticks: Int64) -> Span {
        guard ticks > 0 else { return .milliseconds(0) }
        return .milliseconds((ticks + ticksPerMillisecond - 1) / ticksPerMillisecond)
    }

    /// The ticks of a number of tokens, at most 2^60.
    func ticks(ofTokens tokens: Int) -> Int64 {
        RatePace.product(ticksPerToken, Int64(tokens))
    }

    private static func product(_ left: Int64, _ right: Int64) -> Int64 {
        let (value, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? 1 << 60 : min(value, 1 << 60)
    }

    private static func greatestCommonDivisor(_ left: Int64, _ right: Int64) -> Int64 {
        var (larger, smaller) = (left, right)
        while smaller != 0 { (larger, smaller) = (smaller, larger % smaller) }
        return larger
    }
}
