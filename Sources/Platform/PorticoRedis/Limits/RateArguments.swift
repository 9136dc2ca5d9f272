import PorticoLimits
import PorticoValues

/// What the script is told of one demand. All numbers come from the rule's public arithmetic, which thereby stays the only
/// one there is.
struct RateArguments {
    private let demand: RateDemand

    init(_ demand: RateDemand) {
        self.demand = demand
    }

    func append(to words: inout RedisWords) {
        let isBucket = demand.rule.algorithm == .tokenBucket
        words.append(isBucket ? "b" : "w")
        words.append(demand.rule.mode == .enforced ? 1 : 0)
        for number in isBucket ? bucket : window { words.append(number) }
    }

    private var window: [Int64] {
        let rule = demand.rule
        return [rule.window.milliseconds, Int64(rule.quota), Int64(demand.needs), Int64(demand.cost), 0, 0, 0]
    }

    /// Ticks per millisecond, then capacity, needs and cost in milliseconds and ticks.
    private var bucket: [Int64] {
        let rule = demand.rule
        let epoch = Instant(milliseconds: 0)
        let idle = rule.charging(0, to: nil, at: epoch)
        let ticks = idle.mark
        let token = rule.charging(1, to: nil, at: epoch).word - idle.word
        let capacity = RateArguments.product(token, rule.burst)
        let needs = RateArguments.product(token, demand.needs)
        // Two full buckets are the deepest debt, so a larger cost changes nothing and need not fit a double.
        let cost = min(RateArguments.product(token, demand.cost), 2 * capacity)
        let needed = needs > capacity ? (-1, 0) : needs.quotientAndRemainder(dividingBy: ticks)
        return [
            ticks, capacity / ticks, capacity % ticks, needed.0, needed.1, cost / ticks, cost % ticks,
        ]
    }

    private static func product(_ ticks: Int64, _ tokens: Int) -> Int64 {
        let (product, overflow) = ticks.multipliedReportingOverflow(by: Int64(tokens))
        return overflow ? 1 << 60 : min(product, 1 << 60)
    }

    /// The state behind the three numbers of a key; nil when there is none.
    func state(_ numbers: ArraySlice<Int64>) -> RateState? {
        let numbers = Array(numbers)
        guard numbers.count == 3, numbers[0] >= 0 else { return nil }
        guard demand.rule.algorithm == .tokenBucket else {
            return RateState(word: numbers[0] << 32 | numbers[1], mark: numbers[2])
        }
        let whole = demand.rule.charging(0, to: nil, at: Instant(milliseconds: numbers[0]))
        return RateState(word: whole.word + numbers[1], mark: whole.mark)
    }
}
