import Glibc

/// Logarithm and random numbers.
enum CacheMath {
    static func logarithm(_ number: Double) -> Double { log(number) }

    /// A number in (0, 1] out of random bits.
    static func unit(_ bits: UInt64) -> Double { Double((bits >> 11) + 1) * 0x1p-53 }
}

/// A small generator (xorshift64*, Marsaglia and Vigna) for decisions that nobody gains by foreseeing.
@usableFromInline
struct CacheRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed | 1
    }

    @usableFromInline
    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
