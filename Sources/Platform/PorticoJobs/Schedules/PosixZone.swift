import PorticoValues

/// The rule at the end of a zone's file, which holds after its last listed change: `CET-1CEST,M3.5.0,M10.5.0/3`
/// (RFC 8536 §3.3, POSIX `TZ`).
struct PosixZone: Sendable, Hashable {
    /// A day of the year and a time on it.
    struct Change: Sendable, Hashable {
        enum Day: Sendable, Hashable {
            /// Day 1…365; 29 February is never counted.
            case julian(Int)
            /// Day 0…365, 29 February counted.
            case ordinal(Int)
            /// Weekday `day` (0 is Sunday) of week `week` (5 is the last) of a month.
            case weekday(month: Int, week: Int, day: Int)
        }
        let day: Day
        /// Seconds after midnight; may lie outside the day.
        let seconds: Int64

        /// Civil seconds since 1970-01-01T00:00 of the change in a year.
        func civilSeconds(year: Int) -> Int64 {
            let newYear = CalendarDate(year: year, month: 1, day: 1)?.daysSinceEpoch ?? 0
            switch day {
            case .julian(let number):
                let march = CalendarDate(year: year, month: 3, day: 1)?.daysSinceEpoch ?? 0
                let leap = march - newYear == 60 && number >= 60 ? 1 : 0
                return Int64(newYear + number - 1 + leap) * 86_400 + seconds
            case .ordinal(let number):
                return Int64(newYear + number) * 86_400 + seconds
            case .weekday(let month, let week, let day):
                let first = CalendarDate(year: year, month: month, day: 1)?.daysSinceEpoch ?? 0
                let next =
                    month == 12 ? first + 31 : CalendarDate(year: year, month: month + 1, day: 1)?.daysSinceEpoch ?? 0
                var found = first + (day - weekday(ofDay: first) + 7) % 7 + (week - 1) * 7
                while found >= next { found -= 7 }
                return Int64(found) * 86_400 + seconds
            }
        }
    }

    /// Seconds east of UTC in standard time.
    let standard: Int64
    /// Seconds east of UTC in summer, and the changes to it and back; nil where the clock stays.
    let summer: Int64?
    let begins: Change?
    let ends: Change?

    /// A rule, or nil when the text is none.
    init?(_ text: String) {
        var reader = PosixZoneReader(text)
        guard reader.skipName(), let standard = reader.offset() else { return nil }
        self.standard = -standard
        guard !reader.isAtEnd else {
            (summer, begins, ends) = (nil, nil, nil)
            return
        }
        guard reader.skipName() else { return nil }
        summer = reader.isAtComma ? self.standard + 3600 : reader.offset().map { -$0 }
        guard summer != nil, let begins = reader.change(), let ends = reader.change(), reader.isAtEnd else {
            return nil
        }
        self.begins = begins
        self.ends = ends
    }

    /// Seconds east of UTC at a moment, in seconds since 1970.
    func offset(at seconds: Int64) -> Int64 {
        guard let summer, let begins, let ends else { return standard }
        let year = CalendarDate(daysSinceEpoch: Int(floorDivision(seconds + standard, 86_400))).year
        let start = begins.civilSeconds(year: year) - standard
        let end = ends.civilSeconds(year: year) - summer
        let isSummer = start < end ? start <= seconds && seconds < end : !(end <= seconds && seconds < start)
        return isSummer ? summer : standard
    }
}

/// Reads the pieces of a POSIX zone from left to right.
private struct PosixZoneReader {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = Substring(text).utf8
    }

    var isAtEnd: Bool { rest.isEmpty }
    var isAtComma: Bool { rest.first == 0x2C }

    /// Three or more letters, or anything in angle brackets.
    mutating func skipName() -> Bool {
        if take(0x3C) {
            guard let end = rest.firstIndex(of: 0x3E) else { return false }
            rest = rest[rest.index(after: end)...]
            return true
        }
        let name = rest.prefix { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
        rest = rest.dropFirst(name.count)
        return name.count >= 3
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func offset() -> Int64? {
        let sign: Int64 = take(0x2D) ? -1 : 1
        if sign == 1 { _ = take(0x2B) }
        guard let hours = number() else { return nil }
        var seconds = hours * 3600
        for unit in [60, 1] where take(0x3A) {
            guard let count = number() else { return nil }
            seconds += count * Int64(unit)
        }
        return sign * seconds
    }

    /// `,date[/time]`.
    mutating func change() -> PosixZone.Change? {
        guard take(0x2C), let day = day() else { return nil }
        guard take(0x2F) else { return PosixZone.Change(day: day, seconds: 7200) }
        return offset().map { PosixZone.Change(day: day, seconds: $0) }
    }

    private mutating func day() -> PosixZone.Change.Day? {
        if take(0x4A) { return number().flatMap { (1...365).contains($0) ? .julian(Int($0)) : nil } }
        guard take(0x4D) else { return number().flatMap { (0...365).contains($0) ? .ordinal(Int($0)) : nil } }
        guard let month = number(), take(0x2E), let week = number(), take(0x2E), let day = number(),
            (1...12).contains(month), (1...5).contains(week), (0...6).contains(day)
        else { return nil }
        return .weekday(month: Int(month), week: Int(week), day: Int(day))
    }

    private mutating func number() -> Int64? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard (1...3).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest = rest.dropFirst()
        return true
    }
}
