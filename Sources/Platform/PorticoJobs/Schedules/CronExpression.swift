import PorticoValues

/// Five fields that say when: minute, hour, day of the month, month, day of the week, as in `30 2 * * MON-FRI`.
///
/// A field is `*`, a number, a range `a-b`, either with a step `/n`, or a list of these. Months and weekdays have
/// English names of three letters; Sunday is 0 and 7. When both days are restricted one of them suffices (POSIX
/// `crontab`). `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly` stand for the usual five.
public struct CronExpression: Sendable, Hashable {
    /// The expression as it was written.
    public let text: String
    private let minutes: UInt64
    private let hours: UInt64
    private let days: UInt64
    private let months: UInt64
    private let weekdays: UInt64
    private let hasAnyDay: Bool
    private let hasAnyWeekday: Bool
    /// Whether it goes by the passing of time (`*/5 * * * *`, `0 */2 * * *`) and not by times of day.
    let isPeriodic: Bool

    /// Characters of the longest expression that is taken, wherever it comes from.
    public static let longest = 200

    /// An expression.
    /// - Throws: ``ScheduleError`` that names the field, or says that it is too long.
    public init(_ text: String) throws(ScheduleError) {
        self.text = text
        guard text.unicodeScalars.count <= CronExpression.longest else {
            throw ScheduleError(text: text, reason: "it has more than \(CronExpression.longest) characters")
        }
        let words = (CronExpression.short[text] ?? text).split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard words.count == 5 else {
            throw ScheduleError(text: text, reason: "five fields are needed, or one of @hourly, @daily and their like")
        }
        minutes = try CronField("minute", 0...59).set(words[0], in: text)
        hours = try CronField("hour", 0...23).set(words[1], in: text)
        days = try CronField("day of the month", 1...31).set(words[2], in: text)
        months = try CronField("month", 1...12, names: CronField.monthNames, firstName: 1).set(words[3], in: text)
        let week = try CronField("day of the week", 0...7, names: CronField.weekdayNames).set(words[4], in: text)
        weekdays = week & 0x7F | (week >> 7 & 1)
        hasAnyDay = words[2].hasPrefix("*")
        hasAnyWeekday = words[4].hasPrefix("*")
        isPeriodic = words[1].hasPrefix("*")
    }

    private static let short = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *",
        "@yearly": "0 0 1 1 *",
    ]

    /// Days that are searched: leap days are at most eight years apart, and must fall on a weekday.
    private static let horizon = 366 * 41

    /// The first civil minute at or after `start`, counted since 1970-01-01T00:00 without a zone; nil when there is
    /// none, as with 31 February.
    func firstMinute(from start: Int64) -> Int64? {
        var day = Int(floorDivision(start, 1440))
        var minuteOfDay = Int(start - Int64(day) * 1440)
        for _ in 0..<CronExpression.horizon {
            if includes(day: day), let minute = firstMinuteOfDay(from: minuteOfDay) {
                return Int64(day) * 1440 + Int64(minute)
            }
            day += 1
            minuteOfDay = 0
        }
        return nil
    }

    private func includes(day: Int) -> Bool {
        let date = CalendarDate(daysSinceEpoch: day)
        guard months >> UInt64(date.month) & 1 == 1 else { return false }
        let isDay = days >> UInt64(date.day) & 1 == 1
        let isWeekday = weekdays >> UInt64(weekday(ofDay: day)) & 1 == 1
        return hasAnyDay || hasAnyWeekday ? isDay && isWeekday : isDay || isWeekday
    }

    private func firstMinuteOfDay(from start: Int) -> Int? {
        for hour in start / 60..<24 where hours >> UInt64(hour) & 1 == 1 {
            let first = hour == start / 60 ? start % 60 : 0
            if let minute = (first..<60).first(where: { minutes >> UInt64($0) & 1 == 1 }) { return hour * 60 + minute }
        }
        return nil
    }
}

/// A schedule is not as it must be.
public struct ScheduleError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was written.
    public let text: String
    /// What is wrong with it.
    public let reason: String
    /// Both.
    public var description: String { "\(text): \(reason)" }
}

/// Day of the week of a day since 1970-01-01, which was a Thursday: 0 is Sunday.
func weekday(ofDay day: Int) -> Int {
    ((day + 4) % 7 + 7) % 7
}

/// Division that rounds towards minus infinity.
func floorDivision(_ number: Int64, _ divisor: Int64) -> Int64 {
    number >= 0 ? number / divisor : (number - divisor + 1) / divisor
}
