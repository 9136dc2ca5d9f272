import PorticoValues
import Testing

@testable import PorticoLimits

@Suite struct RateShardTests {
    @Test("lets one caller in at a time, however many wait")
    func exclusion() async {
        let shard = RateShard(most: 1_000)
        let key = RateFingerprint(RateKey(rule: "r", subject: .everyone), .tokenBucket)
        _ = await sumOfCallers(64) { _ in
            for _ in 0..<500 {
                shard.withCounters { counters in
                    let word = counters.words.state(of: key)?.word ?? 0
                    counters.words.store(
                        RateState(word: word + 1, mark: 1), until: noon + .hours(1), for: key, at: noon)
                }
            }
            return 0
        }
        #expect(shard.withCounters { $0.words.state(of: key)?.word } == 32_000)
    }
}
