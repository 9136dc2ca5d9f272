import Portico

/// One day of the warehouses, from midnight to midnight of India Standard Time (rule R39).
struct WarehouseDay: Sendable, Hashable {
    /// How long after it was begun an act may still be written.
    private static let settling = Span.minutes(10)
    /// How far what is settled goes on at a time.
    static let step = Span.minutes(1)

    let date: CalendarDate

    /// The first moment of the day.
    var from: Instant { TimeZoneOffset.india.start(of: date) }
    /// The first moment of the next day.
    var to: Instant { TimeZoneOffset.india.start(of: date.adding(days: 1)) }

    var before: WarehouseDay { WarehouseDay(date: date.adding(days: -1)) }

    /// The day that a moment lies in.
    init(containing instant: Instant) {
        date = TimeZoneOffset.india.date(of: instant)
    }

    init(date: CalendarDate) {
        self.date = date
    }

    /// Whether nothing more can be recorded in the day.
    func isOver(at now: Instant) -> Bool { now >= to }

    /// Until when everything that was recorded in the day has been written by now, so that it can be kept: a moment of
    /// the day that is a multiple of ``step``, or one of its ends.
    func settled(at now: Instant) -> Instant {
        let safe = (now - WarehouseDay.settling).milliseconds
        let step = WarehouseDay.step.milliseconds
        return min(to, max(from, Instant(milliseconds: safe - safe % step)))
    }
}
