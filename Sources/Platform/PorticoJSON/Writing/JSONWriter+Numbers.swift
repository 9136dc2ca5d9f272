import PorticoValues

extension JSONWriter {
    /// A whole number.
    @inlinable
    public mutating func value(_ number: Int) {
        value(Int64(number))
    }

    /// A whole number.
    public mutating func value(_ number: Int64) {
        reserve(NumberText.room)
        written &+= NumberText.write(number, to: base + written)
        base[written] = 0x2C
        written &+= 1
    }

    /// A number in the shortest form that reads back as the same `Double`, laid out as ECMAScript and RFC 8785 do:
    /// `0.1`, `1e+21`, `2` for 2.0, `0` for -0.0. `null` for infinities and NaN.
    public mutating func value(_ number: Double) {
        reserve(NumberText.room)
        written &+= NumberText.write(number, to: base + written)
        base[written] = 0x2C
        written &+= 1
    }

    /// A whole number as a string of decimal digits, the form in which ids travel: JavaScript cannot hold them all.
    public mutating func value(id: Int64) {
        reserve(NumberText.room)
        base[written] = 0x22
        written &+= 1 &+ NumberText.write(id, to: base + (written &+ 1))
        base[written] = 0x22
        base[written &+ 1] = 0x2C
        written &+= 2
    }

    /// A point in time as an RFC 3339 string in UTC with milliseconds: `"2026-11-21T10:35:38.123Z"`.
    public mutating func value(_ instant: Instant) {
        let perDay: Int64 = 86_400_000
        let (quotient, remainder) = instant.milliseconds.quotientAndRemainder(dividingBy: perDay)
        let days = Int(remainder < 0 ? quotient &- 1 : quotient)
        let millisecond = Int(remainder < 0 ? remainder &+ perDay : remainder)
        // Years of four digits, 0001 to 9999; what lies outside has no RFC 3339 form and is rare.
        guard (-719_162...2_932_896).contains(days) else { return value(instant.rfc3339) }
        reserve(NumberText.room)
        let target = base + written
        target[0] = 0x22
        Self.write(CalendarDate(daysSinceEpoch: days), to: target + 1)
        target[11] = 0x54
        NumberText.writePair(millisecond / 3_600_000, to: target + 12)
        target[14] = 0x3A
        NumberText.writePair(millisecond / 60_000 % 60, to: target + 15)
        target[17] = 0x3A
        NumberText.writePair(millisecond / 1000 % 60, to: target + 18)
        target[20] = 0x2E
        let fraction = millisecond % 1000
        target[21] = 0x30 &+ UInt8(fraction / 100)
        NumberText.writePair(fraction % 100, to: target + 22)
        target[24] = 0x5A
        target[25] = 0x22
        target[26] = 0x2C
        written &+= 27
    }

    /// A day as a string: `"2026-11-21"`.
    public mutating func value(_ date: CalendarDate) {
        reserve(NumberText.room)
        let target = base + written
        target[0] = 0x22
        Self.write(date, to: target + 1)
        target[11] = 0x22
        target[12] = 0x2C
        written &+= 13
    }

    @inline(__always)
    private static func write(_ date: CalendarDate, to target: UnsafeMutablePointer<UInt8>) {
        NumberText.writePair(date.year / 100, to: target)
        NumberText.writePair(date.year % 100, to: target + 2)
        target[4] = 0x2D
        NumberText.writePair(date.month, to: target + 5)
        target[7] = 0x2D
        NumberText.writePair(date.day, to: target + 8)
    }
}
