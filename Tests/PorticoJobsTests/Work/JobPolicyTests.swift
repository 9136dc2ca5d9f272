import PorticoJobs
import PorticoValues
import Testing

@Suite struct JobPolicyTests {
    /// The same numbers every time (SplitMix64).
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var bits = state
            bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
            bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
            return bits ^ bits >> 31
        }
    }

    @Test(
        "waits double up to the longest, and are spread by a fifth",
        arguments: [
            (1, 60_000), (2, 120_000), (3, 240_000), (7, 3_600_000), (60, 3_600_000),
        ])
    func doubles(attempt: Int, base: Int64) {
        let policy = JobPolicy(firstRetry: .seconds(60), longestRetry: .hours(1))
        var generator = Seeded(state: 1)
        let waits = (0..<200).map { _ in policy.wait(beforeRetry: attempt, using: &generator).milliseconds }
        #expect(waits.allSatisfy { (base...base + base / 5).contains($0) })
        #expect(Set(waits).count > 150)
    }

    @Test("settings that make no sense become the next that do")
    func corrects() {
        let policy = JobPolicy(
            retries: -1, firstRetry: .seconds(90), longestRetry: .seconds(1), softTimeout: .seconds(50),
            hardTimeout: .seconds(1))
        #expect(policy.retries == 0 && policy.longestRetry == .seconds(90) && policy.hardTimeout == .seconds(50))
    }
}
