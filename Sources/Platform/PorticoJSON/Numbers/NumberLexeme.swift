/// The value of a number that the reader has already found to follow RFC 8259 §6.
struct NumberLexeme {
    let bytes: UnsafeBufferPointer<UInt8>

    /// The value of an integer without fraction and exponent; nil outside of 64 bits.
    var int64: Int64? {
        guard let start = bytes.baseAddress else { return nil }
        let sign = start[0] == 0x2D ? 1 : 0
        guard bytes.count &- sign <= 19 else { return nil }
        var magnitude: UInt64 = 0
        for index in sign..<bytes.count {
            magnitude = magnitude &* 10 &+ UInt64(start[index] &- 0x30)
        }
        guard sign == 1 else { return Int64(exactly: magnitude) }
        return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
    }

    /// The nearest double (ties to even); nil beyond the largest finite one.
    var double: Double? {
        guard let decimal = significantDigits() else { return slowDouble }
        let magnitude = Self.exact(decimal) ?? Self.approximated(decimal)
        guard let magnitude else { return slowDouble }
        return decimal.isNegative ? -magnitude : magnitude
    }

    /// `digits` × 10^`power`.
    private struct Decimal {
        var isNegative = false
        var digits: UInt64 = 0
        var power = 0
    }

    /// The number in parts, or nil when it has more than nineteen digits.
    @inline(__always)
    private func significantDigits() -> Decimal? {
        guard let start = bytes.baseAddress else { return nil }
        var decimal = Decimal()
        var index = 0
        var digitCount = 0
        var afterPoint = 0
        if start[0] == 0x2D {
            decimal.isNegative = true
            index = 1
        }
        while index < bytes.count {
            let digit = start[index] &- 0x30
            if digit <= 9 {
                decimal.digits = decimal.digits &* 10 &+ UInt64(digit)
                if digit != 0 || digitCount > 0 { digitCount &+= 1 }
                decimal.power &-= afterPoint
            } else if start[index] == 0x2E {
                afterPoint = 1
            } else {
                decimal.power &+= Self.exponent(bytes[(index + 1)...])
                break
            }
            index &+= 1
        }
        return digitCount <= 19 ? decimal : nil
    }

    /// An exponent with its optional sign, held to ±1,000,000.
    private static func exponent(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
        var value = 0
        for byte in text where byte >= 0x30 {
            value = min(value &* 10 &+ Int(byte &- 0x30), 1_000_000)
        }
        return text.first == 0x2D ? -value : value
    }

    // 10^0 … 10^22 are exact doubles.
    private static let exactPowers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// Both parts are exact doubles, so one operation rounds once (Clinger, "How to read floating point numbers
    /// accurately", 1990).
    @inline(__always)
    private static func exact(_ decimal: Decimal) -> Double? {
        guard decimal.digits <= 1 << 53, decimal.power.magnitude <= 22 else { return nil }
        let digits = Double(decimal.digits)
        return decimal.power < 0
            ? digits / exactPowers[0 &- decimal.power] : digits * exactPowers[decimal.power]
    }

    /// Lemire's method with 128 bits of the power; nil for zero and for results that are not normal numbers.
    private static func approximated(_ decimal: Decimal) -> Double? {
        guard decimal.digits != 0, (-307...288).contains(decimal.power) else { return nil }
        let shift = decimal.digits.leadingZeroBitCount
        let digits = decimal.digits &<< UInt64(shift)
        let power = decimal.power
        let scale = power < 0 ? PowersOfTen.shared.ceiling(power) : PowersOfTen.shared.floor(power)
        var (high, low) = digits.multipliedFullWidth(by: scale.high)
        if high & 0x1FF == 0x1FF {
            let (sum, overflow) = low.addingReportingOverflow(digits.multipliedFullWidth(by: scale.low).high)
            low = sum
            high &+= overflow ? 1 : 0
        }
        let upper = Int(high >> 63)
        let dropped = UInt64(upper &+ 9)
        var significand = high &>> dropped
        var exponent = PowersOfTen.binaryExponent(power) &+ 63 &+ upper &- shift &+ 1023
        // Exactly between two doubles: the product is exact for these powers, and the even neighbour is below.
        if low <= 1, (-4...23).contains(power), significand & 3 == 1, significand &<< dropped == high {
            significand &= ~1
        }
        significand = (significand &+ significand & 1) >> 1
        if significand >= 1 << 53 {
            significand = 1 << 52
            exponent &+= 1
        }
        guard (1...2046).contains(exponent) else { return nil }
        return Double(bitPattern: UInt64(exponent) << 52 | significand & (1 << 52 &- 1))
    }

    /// Many digits, zero, subnormal or out of range: the standard library's reader.
    private var slowDouble: Double? {
        guard let number = Double(String(decoding: bytes, as: UTF8.self)), number.isFinite else { return nil }
        return number
    }
}
