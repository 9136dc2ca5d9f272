import Portico

/// The 90 days of work that a demonstration tells of. They end on the day it is anchored to.
struct DemoCalendar: Sendable {
    static let days = 90

    private let lastDay: CalendarDate
    private let lastHour: Int

    init(now: Instant) {
        lastDay = TimeZoneOffset.india.date(of: now)
        lastHour = Int(TimeZoneOffset.india.clockText(of: now).prefix(2)) ?? 0
    }

    /// The date of a day, counted from 0.
    func date(_ day: Int) -> CalendarDate {
        lastDay.adding(days: day + 1 - DemoCalendar.days)
    }

    /// The hours of work of a day, counted from 0: 08:00 to 18:00 IST. The last day ends with the last full hour, so
    /// that nothing lies in the future; when it has hardly begun, its work was done the evening before.
    func hours(_ day: Int) -> (start: Instant, end: Instant) {
        let isLast = day == DemoCalendar.days - 1
        if isLast && lastHour < 9 { return hours(18, 20, of: date(day - 1)) }
        return hours(8, isLast ? min(lastHour, 18) : 18, of: date(day))
    }

    /// The first moment of the first day.
    var start: Instant { TimeZoneOffset.india.start(of: date(0)) }
    /// The end of all work.
    var end: Instant { hours(DemoCalendar.days - 1).end }

    private func hours(_ from: Int, _ to: Int, of date: CalendarDate) -> (start: Instant, end: Instant) {
        let midnight = TimeZoneOffset.india.start(of: date)
        return (midnight + .hours(Int64(from)), midnight + .hours(Int64(to)))
    }
}
