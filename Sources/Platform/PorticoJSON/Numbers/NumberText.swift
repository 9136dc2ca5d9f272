/// Writes numbers as ASCII into memory that the caller has made room in.
enum NumberText {
    /// Bytes that any number below needs at most.
    static let room = 32

    // "00", "01" … "99": two digits for one division.
    private static let pairs: StaticString = """
        00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051\
        525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
        """

    /// Writes two digits of a number below 100.
    @inline(__always)
    static func writePair(_ number: Int, to target: UnsafeMutablePointer<UInt8>) {
        let source = pairs.utf8Start + number &* 2
        target[0] = source[0]
        target[1] = source[1]
    }

    /// Decimal digits of a number; 1 for zero.
    @inline(__always)
    static func digitCount(_ number: UInt64) -> Int {
        var rest = number
        var count = 1
        while rest >= 10_000 {
            rest /= 10_000
            count &+= 4
        }
        if rest >= 1000 { return count &+ 3 }
        if rest >= 100 { return count &+ 2 }
        return rest >= 10 ? count &+ 1 : count
    }

    /// Writes exactly `count` digits, from the right.
    @inline(__always)
    static func writeDigits(_ number: UInt64, count: Int, to target: UnsafeMutablePointer<UInt8>) {
        var rest = number
        var end = count
        while end >= 2 {
            let quotient = rest / 100
            end &-= 2
            writePair(Int(truncatingIfNeeded: rest &- quotient &* 100), to: target + end)
            rest = quotient
        }
        if end == 1 { target[0] = 0x30 &+ UInt8(truncatingIfNeeded: rest) }
    }

    /// Writes an integer and returns its length.
    @inline(__always)
    static func write(_ number: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        let magnitude = number.magnitude
        let sign = number < 0 ? 1 : 0
        target[0] = 0x2D
        let count = digitCount(magnitude)
        writeDigits(magnitude, count: count, to: target + sign)
        return count &+ sign
    }

    /// Writes a number as ECMAScript's `Number::toString` does (ECMA-262 §6.1.6.1.20), which RFC 8785 asks for, and
    /// returns its length. `null` for infinities and NaN, which JSON cannot express.
    static func write(_ number: Double, to target: UnsafeMutablePointer<UInt8>) -> Int {
        let magnitude = number.magnitude
        guard magnitude < .infinity else {
            Words.storeHalf(0x6C6C_756E, to: target)
            return 4
        }
        target[0] = 0x2D
        let sign = number < 0 ? 1 : 0
        if magnitude < 9_007_199_254_740_992 {
            let whole = UInt64(magnitude)
            if Double(whole) == magnitude {
                let count = digitCount(whole)
                writeDigits(whole, count: count, to: target + sign)
                return count &+ sign
            }
        }
        return sign &+ write(ShortestDecimal(magnitude), to: target + sign)
    }

    private static func write(_ decimal: ShortestDecimal, to target: UnsafeMutablePointer<UInt8>) -> Int {
        let count = digitCount(decimal.digits)
        let point = count &+ decimal.power
        switch point {
        case count...21:
            writeDigits(decimal.digits, count: count, to: target)
            (target + count).update(repeating: 0x30, count: point &- count)
            return point
        case 1...21:
            writeDigits(decimal.digits, count: count, to: target + 1)
            target.update(from: target + 1, count: point)
            target[point] = 0x2E
            return count &+ 1
        case -5...0:
            target.update(repeating: 0x30, count: 2 &- point)
            target[1] = 0x2E
            writeDigits(decimal.digits, count: count, to: target + (2 &- point))
            return 2 &- point &+ count
        default:
            return writeScientific(decimal.digits, count: count, exponent: point &- 1, to: target)
        }
    }

    private static func writeScientific(
        _ digits: UInt64, count: Int, exponent: Int, to target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        writeDigits(digits, count: count, to: target + 1)
        target[0] = target[1]
        target[1] = 0x2E
        var length = count == 1 ? 1 : count &+ 1
        target[length] = 0x65
        target[length &+ 1] = exponent < 0 ? 0x2D : 0x2B
        length &+= 2
        let magnitude = UInt64(exponent.magnitude)
        let width = digitCount(magnitude)
        writeDigits(magnitude, count: width, to: target + length)
        return length &+ width
    }
}
