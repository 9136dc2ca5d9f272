/// The leading 128 bits of powers of ten, cut off, for every power a `Double` can need.
///
/// Both directions between binary and decimal rest on these: the shortest printer (Giulietti, "The Schubfach way to
/// render doubles") and the reader (Lemire, "Number parsing at a gigabyte per second"). They are worked out once, at
/// the first use, by long multiplication and division, which takes well under a millisecond and is exact.
struct PowersOfTen: Sendable {
    /// The smallest power kept.
    static let lowest = -342
    /// The largest power kept.
    static let highest = 324
    /// The one table of the process.
    static let shared = PowersOfTen()

    /// The upper and the lower 64 bits of one power, scaled so that the top bit is set.
    struct Leading: Sendable {
        var high: UInt64
        var low: UInt64
    }

    private let leading: [Leading]

    private init() {
        var negative: [Leading] = []
        // 2^1279 leaves more than 128 significant bits after division by 10^342; the floor of repeated floors is
        // the floor of the whole quotient.
        var fraction = [UInt64](repeating: 0, count: 20)
        fraction[19] = 1 << 63
        for _ in 1...(-Self.lowest) {
            Self.divideByTen(&fraction)
            negative.append(Self.top(of: fraction))
        }
        var positive: [Leading] = []
        var whole = [UInt64](repeating: 0, count: 18)
        whole[0] = 1
        for _ in 0...Self.highest {
            positive.append(Self.top(of: whole))
            Self.multiplyByTen(&whole)
        }
        leading = negative.reversed() + positive
    }

    /// The largest 128-bit number not above 10^power scaled by a power of two.
    @inline(__always)
    func floor(_ power: Int) -> Leading {
        leading[power &- Self.lowest]
    }

    /// The smallest 128-bit number not below it: 5^55 is the last power that fits 128 bits exactly.
    @inline(__always)
    func ceiling(_ power: Int) -> Leading {
        var bits = leading[power &- Self.lowest]
        if power < 0 || power > 55 {
            bits.low &+= 1
            if bits.low == 0 { bits.high &+= 1 }
        }
        return bits
    }

    /// ⌊log2(10^power)⌋ for the powers kept here.
    @inline(__always)
    static func binaryExponent(_ power: Int) -> Int {
        (power &* 1_741_647) >> 19
    }

    private static func divideByTen(_ limbs: inout [UInt64]) {
        var remainder: UInt64 = 0
        for index in limbs.indices.reversed() {
            (limbs[index], remainder) = UInt64(10).dividingFullWidth((remainder, limbs[index]))
        }
    }

    private static func multiplyByTen(_ limbs: inout [UInt64]) {
        var carry: UInt64 = 0
        for index in limbs.indices {
            let product = limbs[index].multipliedFullWidth(by: 10)
            let (sum, overflow) = product.low.addingReportingOverflow(carry)
            limbs[index] = sum
            carry = product.high &+ (overflow ? 1 : 0)
        }
    }

    private static func top(of limbs: [UInt64]) -> Leading {
        let last = limbs.lastIndex { $0 != 0 } ?? 0
        let limb = { (index: Int) -> UInt64 in index >= 0 ? limbs[index] : 0 }
        let shift = UInt64(limbs[last].leadingZeroBitCount)
        guard shift > 0 else { return Leading(high: limb(last), low: limb(last - 1)) }
        return Leading(
            high: limb(last) << shift | limb(last - 1) >> (64 - shift),
            low: limb(last - 1) << shift | limb(last - 2) >> (64 - shift))
    }
}
