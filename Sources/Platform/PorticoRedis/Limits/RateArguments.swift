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
        words.append(RateArguments.letter(demand.rule.algorithm))
        words.append(demand.rule.mode == .enforced ? 1 : 0)
        for number in demand.rule.algorithm == .tokenBucket ? bucket : window { words.append(number) }
    }

    /// What keys and arguments call an algorithm.
    static func letter(_ algorithm: RateAlgorithm) -> String {
        switch algorithm {
        case .tokenBucket: "b"
        case .slidingWindow: "w"
        case .slidingLog: "l"
        }
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

    /// How the demand stands, after whether it conforms and the three numbers of its key.
    func standing(_ answer: ArraySlice<Int64>, at instant: Instant) -> RateStanding {
        let conforms = answer.first == 1
        let numbers = Array(answer.dropFirst())
        guard demand.rule.algorithm != .slidingLog else { return standing(log: numbers, conforms, at: instant) }
        let state = state(numbers)
        let wait = conforms ? Span.milliseconds(0) : demand.rule.wait(for: demand.needs, on: state, at: instant)
        return RateStanding(
            demand, conforms: conforms, level: demand.rule.level(of: state, at: instant), retryAfter: wait)
    }

    private func standing(log numbers: [Int64], _ conforms: Bool, at instant: Instant) -> RateStanding {
        let rule = demand.rule
        let none = Span.milliseconds(0)
        guard numbers.count == 3, numbers[0] > 0 else {
            return RateStanding(
                demand, conforms: conforms, level: RateLevel(remaining: rule.quota, untilFull: none), retryAfter: none)
        }
        let full = rule.spanUntilOut(Instant(milliseconds: numbers[1]), at: instant)
        let fits = rule.spanUntilOut(Instant(milliseconds: numbers[2]), at: instant)
        return RateStanding(
            demand, conforms: conforms,
            level: RateLevel(remaining: max(0, rule.quota - Int(numbers[0])), untilFull: full),
            retryAfter: conforms ? none : fits)
    }

    /// The state behind the three numbers of a key; nil when there is none.
    private func state(_ numbers: [Int64]) -> RateState? {
        guard numbers.count == 3, numbers[0] >= 0 else { return nil }
        guard demand.rule.algorithm == .tokenBucket else {
            return RateState(word: numbers[0] << 32 | numbers[1], mark: numbers[2])
        }
        let whole = demand.rule.charging(0, to: nil, at: Instant(milliseconds: numbers[0]))
        return RateState(word: whole.word + numbers[1], mark: whole.mark)
    }
}
