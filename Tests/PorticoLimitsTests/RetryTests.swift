import PorticoLimits
import PorticoValues
import Testing

@Suite struct BackoffTests {
    @Test("doubles its ceiling up to the most, for any attempt")
    func ceilings() {
        let backoff = Backoff(base: .milliseconds(100), most: .seconds(1))
        #expect(
            [0, 1, 2, 3, 4, 5, 500].map { backoff.ceiling(attempt: $0).milliseconds } == [
                100, 100, 200, 400, 800, 1000, 1000,
            ])
    }

    @Test("spreads waits over the whole ceiling, after what was asked for")
    func jitter() {
        var numbers = SeededNumbers(1)
        let backoff = Backoff(base: .milliseconds(100), most: .seconds(1))
        let waits = (0..<2_000).map { _ in backoff.wait(attempt: 3, using: &numbers).milliseconds }
        #expect(waits.allSatisfy { (0...400).contains($0) })
        #expect(Set(waits.map { min(3, $0 / 100) }).count == 4)
        let asked = (0..<500).map { _ in backoff.wait(attempt: 1, atLeast: .seconds(7), using: &numbers).milliseconds }
        #expect(asked.allSatisfy { (7_000...7_100).contains($0) })
    }
}

@Suite struct RetryBudgetTests {
    @Test("allows retries as a part of calls")
    func ratio() {
        var allowance = RetryAllowance(ratio: 0.1, perSecond: 0, most: 5)
        let taken = (0..<10).count { _ in allowance.takeRetry(at: noon) }
        #expect(taken == 5)
        for _ in 0..<9 { allowance.noteCall(at: noon) }
        let early = allowance.takeRetry(at: noon)
        allowance.noteCall(at: noon)
        let late = [allowance.takeRetry(at: noon), allowance.takeRetry(at: noon)]
        #expect(!early && late == [true, false])
    }

    @Test("leaves rare callers a few per second and saves up no more than the most")
    func floor() {
        var allowance = RetryAllowance(ratio: 0, perSecond: 2, most: 4)
        let taken = (0..<10).count { _ in allowance.takeRetry(at: noon) }
        #expect(taken == 4)
        #expect(allowance.available(at: noon.after(499)) == 0 && allowance.available(at: noon.after(500)) == 1)
        #expect(allowance.available(at: noon + .days(400)) == 4)
        let backwards = allowance.takeRetry(at: noon.after(-1_000))
        #expect(!backwards)
    }

    @Test("holds for all callers together")
    func shared() async {
        let budget = RetryBudget(RetryAllowance(ratio: 0.1, perSecond: 0, most: 100))
        let taken = await sumOfCallers(16) { _ in (0..<50).count { _ in budget.takeRetry(at: noon) } }
        #expect(taken == 100 && budget.available(at: noon) == 0)
    }
}
