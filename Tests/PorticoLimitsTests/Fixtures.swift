import PorticoLimits
import PorticoValues

/// Noon of a day in 2026; no test reads a clock.
let noon = Instant(seconds: 1_780_000_000)

extension Instant {
    func after(_ milliseconds: Int64) -> Instant { self + .milliseconds(milliseconds) }
}

/// SplitMix64: the same numbers in every run.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

extension RateRule {
    /// A rule of `quota` units a minute.
    static func perMinute(
        _ quota: Int, name: String = "api", burst: Int? = nil, algorithm: RateAlgorithm = .tokenBucket
    ) -> RateRule {
        RateRule(name, quota: quota, per: .minutes(1), burst: burst, algorithm: algorithm)
    }
}
