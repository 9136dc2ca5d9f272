import PorticoValues

/// A date of a header field (RFC 9110 §5.6.7): a whole second, told in GMT.
public struct HTTPDate: Sendable, Hashable, Comparable {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let longDays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Seconds since the Unix epoch.
    public let seconds: Int64

    /// A date from seconds since the Unix epoch.
    public init(seconds: Int64) {
        self.seconds = seconds
    }

    /// The second in which an instant lies.
    public init(_ instant: Instant) {
        let milliseconds = instant.milliseconds
        seconds = (milliseconds >= 0 ? milliseconds : milliseconds - 999) / 1000
    }

    /// The date behind a text as we write it, `Sun, 06 Nov 1994 08:49:37 GMT`; nil for all others.
    public init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 6, words[5] == "GMT", words[0].last == ",",
            HTTPDate.days.contains(String(words[0].dropLast())), let day = HTTPDate.number(words[1], 2),
            let year = HTTPDate.number(words[3], 4)
        else { return nil }
        self.init(year, words[2], day, words[4])
    }

    /// The date behind a text as others may write it, also in the two forms of old; nil for all others.
    /// - Parameter now: years of two digits lie at most 50 years after it.
    public init?(received text: String, now: HTTPDate) {
        if let date = HTTPDate(text) {
            self = date
            return
        }
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        switch words.count {
        case 4: self.init(dashed: words, now: now)
        // `Sun Nov  6 08:49:37 1994`: a day of one digit has a space before it.
        case 5: self.init(words[0], words[1], HTTPDate.number(words[2], 2), words[3], words[4])
        case 6 where words[2].isEmpty:
            self.init(words[0], words[1], HTTPDate.number(words[3], 1), words[4], words[5])
        default: return nil
        }
    }

    /// `Sunday, 06-Nov-94 08:49:37 GMT`.
    private init?(dashed words: [Substring], now: HTTPDate) {
        let parts = words[1].split(separator: "-", omittingEmptySubsequences: false)
        guard words[3] == "GMT", words[0].last == ",", HTTPDate.longDays.contains(String(words[0].dropLast())),
            parts.count == 3, let day = HTTPDate.number(parts[0], 2), let digits = HTTPDate.number(parts[2], 2)
        else { return nil }
        let present = CalendarDate(daysSinceEpoch: Int(now.seconds / 86_400)).year
        let latest = present + 50
        let year = latest - (latest - digits) % 100
        self.init(year, parts[1], day, words[2])
    }

    private init?(_ name: Substring, _ month: Substring, _ day: Int?, _ time: Substring, _ year: Substring) {
        guard HTTPDate.days.contains(String(name)), let day, let year = HTTPDate.number(year, 4) else { return nil }
        self.init(year, month, day, time)
    }

    private init?(_ year: Int, _ month: Substring, _ day: Int, _ time: Substring) {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false).compactMap { HTTPDate.number($0, 2) }
        guard let month = HTTPDate.months.firstIndex(of: String(month)),
            let date = CalendarDate(year: year, month: month + 1, day: day),
            clock.count == 3, time.utf8.count == 8, clock[0] < 24, clock[1] < 60, clock[2] <= 60
        else { return nil }
        seconds = Int64(date.daysSinceEpoch) * 86_400 + Int64(clock[0] * 3600 + clock[1] * 60 + clock[2])
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    public var text: String {
        let days = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
        let second = Int(seconds - days * 86_400)
        let date = CalendarDate(daysSinceEpoch: Int(days))
        // The first of January 1970 was a Thursday.
        let name = HTTPDate.days[Int(((days + 4) % 7 + 7) % 7)]
        let clock = [second / 3600, second / 60 % 60, second % 60].map(HTTPDate.two).joined(separator: ":")
        return "\(name), \(HTTPDate.two(date.day)) \(HTTPDate.months[date.month - 1]) \(date.year) \(clock) GMT"
    }

    /// The earlier date comes first.
    public static func < (left: HTTPDate, right: HTTPDate) -> Bool { left.seconds < right.seconds }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func number(_ text: Substring, _ digits: Int) -> Int? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }
}

extension Response {
    /// The same answer with the time at which what it tells was last changed, for clients that ask by date.
    ///
    /// It says nothing while the second of the change is not over: a second change in it could not be told from the first.
    /// - Parameter now: a time before what the answer is made of was read, such as ``RequestContext/now``.
    public func lastModified(_ instant: Instant, now: Instant) -> Response {
        guard HTTPDate(instant) < HTTPDate(now) else { return self }
        var response = self
        response.headers["last-modified"] = HTTPDate(instant).text
        return response
    }
}
