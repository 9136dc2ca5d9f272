/// A civil time that keeps a fixed distance from UTC all year, such as India Standard Time.
public struct TimeZoneOffset: Sendable, Hashable {
    /// Minutes east of UTC.
    public let minutes: Int
    /// The abbreviation people read, for example `IST`.
    public let name: String

    /// A zone that lies `minutes` east of UTC.
    public init(minutes: Int, name: String) {
        self.minutes = minutes
        self.name = name
    }

    /// Coordinated Universal Time.
    public static let utc = TimeZoneOffset(minutes: 0, name: "UTC")
    /// India Standard Time, UTC+05:30, without daylight saving.
    public static let india = TimeZoneOffset(minutes: 330, name: "IST")

    /// The civil day in this zone that contains `instant`.
    public func date(of instant: Instant) -> CalendarDate {
        CalendarDate(daysSinceEpoch: (instant + .minutes(Int64(minutes))).civil.days)
    }

    /// The instant at which `date` begins in this zone.
    public func start(of date: CalendarDate) -> Instant {
        Instant(milliseconds: Int64(date.daysSinceEpoch) * 86_400_000) - .minutes(Int64(minutes))
    }

    /// Hours and minutes of the day in this zone, `HH:MM`.
    public func clockText(of instant: Instant) -> String {
        let minute = (instant + .minutes(Int64(minutes))).civil.millisecondOfDay / 60_000
        var bytes: [UInt8] = []
        appendDecimal(minute / 60, width: 2, to: &bytes)
        bytes.append(0x3A)
        appendDecimal(minute % 60, width: 2, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
