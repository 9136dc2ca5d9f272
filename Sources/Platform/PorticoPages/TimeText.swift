public import PorticoValues

/// A point in time as people read it, with the zone named, and as machines read it.
public struct TimeText: PageComponent {
    /// How much of it is shown.
    public enum Detail: Sendable {
        /// `21 Nov 2026, 14:05 IST`.
        case dateAndTime
        /// `14:05 IST`.
        case time
        /// `21 Nov 2026`.
        case date
        /// `21 Nov`, where everybody knows the year.
        case day
        /// `21 Nov 2026, 14:05 IST`, which the script turns into "3 minutes ago" and keeps current.
        case relative
    }

    /// The point in time.
    public var instant: Instant
    /// Where the reader is.
    public var zone: TimeZoneOffset
    /// How much is shown.
    public var detail: Detail

    /// A point in time for a reader in `zone`.
    public init(_ instant: Instant, zone: TimeZoneOffset, detail: Detail = .dateAndTime) {
        self.instant = instant
        self.zone = zone
        self.detail = detail
    }

    /// The words shown.
    public var text: String {
        let date = zone.date(of: instant)
        let day = "\(date.day) \(monthNames[date.month - 1])"
        let clock = "\(zone.clockText(of: instant)) \(zone.name)"
        return switch detail {
        case .dateAndTime, .relative: "\(day) \(date.year), \(clock)"
        case .time: clock
        case .date: "\(day) \(date.year)"
        case .day: day
        }
    }

    /// The finished markup.
    public var html: HTML {
        let live = HTML.flag("data-relative", detail == .relative)
        return "<time datetime=\"\(instant.rfc3339)\"\(live)>\(text)</time>"
    }
}

private let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
