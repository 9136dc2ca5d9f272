/// A point in time: whole milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
///
/// Everything Portico stores or compares is an `Instant`; zones appear only where people read (``TimeZoneOffset``).
public struct Instant: Sendable, Hashable, Comparable {
    /// Milliseconds since the Unix epoch; negative before it.
    public var milliseconds: Int64

    /// An instant from milliseconds since the Unix epoch.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// An instant from whole seconds since the Unix epoch.
    public init(seconds: Int64) {
        self.milliseconds = seconds * 1000
    }

    /// The earlier instant comes first.
    public static func < (left: Instant, right: Instant) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The instant `span` later; earlier when the span is negative.
    public static func + (instant: Instant, span: Span) -> Instant {
        Instant(milliseconds: instant.milliseconds + span.milliseconds)
    }

    /// The instant `span` earlier.
    public static func - (instant: Instant, span: Span) -> Instant {
        Instant(milliseconds: instant.milliseconds - span.milliseconds)
    }

    /// The time from `earlier` to `later`.
    public static func - (later: Instant, earlier: Instant) -> Span {
        Span(milliseconds: later.milliseconds - earlier.milliseconds)
    }
}

/// A length of time in whole milliseconds, the resolution of ``Instant``.
public struct Span: Sendable, Hashable, Comparable {
    /// Length in milliseconds; may be negative.
    public var milliseconds: Int64

    /// A span from milliseconds.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// A span of `count` milliseconds.
    public static func milliseconds(_ count: Int64) -> Span { Span(milliseconds: count) }
    /// A span of `count` seconds.
    public static func seconds(_ count: Int64) -> Span { Span(milliseconds: count * 1000) }
    /// A span of `count` minutes.
    public static func minutes(_ count: Int64) -> Span { Span(milliseconds: count * 60_000) }
    /// A span of `count` hours.
    public static func hours(_ count: Int64) -> Span { Span(milliseconds: count * 3_600_000) }
    /// A span of `count` days of exactly 24 hours.
    public static func days(_ count: Int64) -> Span { Span(milliseconds: count * 86_400_000) }

    /// The span in whole seconds, rounded towards zero.
    public var seconds: Int64 { milliseconds / 1000 }

    /// The shorter span comes first.
    public static func < (left: Span, right: Span) -> Bool {
        left.milliseconds < right.milliseconds
    }
}
