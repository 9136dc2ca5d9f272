/// The shortest decimal that reads back as the same `Double`, closest to it among the shortest: `digits` × 10^`power`.
///
/// The general method is Schubfach (Raffaello Giulietti, "The Schubfach way to render doubles", 2020): of the decimals
/// with one digit fewer and with the full number of digits around the value, take the one inside the rounding interval.
struct ShortestDecimal {
    /// Up to 17 digits, without trailing zeros.
    var digits: UInt64
    /// The power of ten of the last digit.
    var power: Int

    /// The decimal of a finite number greater than zero.
    init(_ magnitude: Double) {
        if let quick = Self.fewDecimals(magnitude) {
            self = quick
        } else {
            self.init(schubfach: magnitude)
        }
        while digits % 10 == 0 {
            digits /= 10
            power &+= 1
        }
    }

    private init(digits: UInt64, power: Int) {
        self.digits = digits
        self.power = power
    }

    /// Prices, weights, coordinates: at most six decimals and fifteen digits. Two decimals that short never share a
    /// `Double`, so one that divides back exactly is the shortest.
    @inline(__always)
    private static func fewDecimals(_ magnitude: Double) -> ShortestDecimal? {
        guard magnitude < 1e9 else { return nil }
        let scaled = UInt64(magnitude * 1e6 + 0.5)
        guard scaled > 0, Double(scaled) / 1e6 == magnitude else { return nil }
        return ShortestDecimal(digits: scaled, power: -6)
    }

    /// Schubfach for any finite number greater than zero.
    init(schubfach magnitude: Double) {
        let fraction = magnitude.bitPattern & (1 << 52 - 1)
        let biased = Int(magnitude.bitPattern >> 52)
        let significand = biased == 0 ? fraction : fraction | 1 << 52
        let exponent = max(biased, 1) - 1075
        if biased != 0, (-52...0).contains(exponent), significand.trailingZeroBitCount >= -exponent {
            self.init(digits: significand &>> UInt64(-exponent), power: 0)
            return
        }
        // Just above a power of two the neighbour below is only half as far away.
        let isUneven = fraction == 0 && biased > 1
        let power = (exponent &* 1_262_611 &- (isUneven ? 524_031 : 0)) >> 22
        let shift = UInt64(truncatingIfNeeded: exponent &+ PowersOfTen.binaryExponent(-power) &+ 1)
        let scale = PowersOfTen.shared.ceiling(-power)
        let middle = significand << 2
        // Rounding to odd keeps the comparisons below exact; an odd significand excludes the ends of its interval.
        let excluded = significand & 1
        let lower = Self.roundedToOdd(scale, (middle &- (isUneven ? 1 : 2)) &<< shift) &+ excluded
        let value = Self.roundedToOdd(scale, middle &<< shift)
        let upper = Self.roundedToOdd(scale, (middle &+ 2) &<< shift) &- excluded
        self.init(lower: lower, value: value, upper: upper, power: power)
    }

    /// Chooses between the candidates; all three arguments are four times the scaled value.
    @inline(__always)
    private init(lower: UInt64, value: UInt64, upper: UInt64, power: Int) {
        let whole = value >> 2
        let tens = whole / 10
        if whole >= 10 {
            let below = lower <= 40 &* tens
            let above = 40 &* tens &+ 40 <= upper
            if below != above {
                self.init(digits: tens &+ (above ? 1 : 0), power: power &+ 1)
                return
            }
        }
        let below = lower <= 4 &* whole
        let above = 4 &* whole &+ 4 <= upper
        let half = 4 &* whole &+ 2
        let isUp = below != above ? above : value > half || (value == half && whole & 1 == 1)
        self.init(digits: whole &+ (isUp ? 1 : 0), power: power)
    }

    /// The top 64 bits of a 128 × 64 bit product, with the lowest bit set when anything was cut off.
    @inline(__always)
    private static func roundedToOdd(_ scale: PowersOfTen.Leading, _ factor: UInt64) -> UInt64 {
        let low = scale.low.multipliedFullWidth(by: factor).high
        let high = scale.high.multipliedFullWidth(by: factor)
        let (middle, overflow) = high.low.addingReportingOverflow(low)
        let top = high.high &+ (overflow ? 1 : 0)
        return top | (middle > 1 ? 1 : 0)
    }
}
