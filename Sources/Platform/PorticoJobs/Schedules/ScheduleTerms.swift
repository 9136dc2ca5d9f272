import PorticoValues

/// When a schedule fires, and what is done about the times it misses.
public struct ScheduleTerms: Sendable, Hashable {
    /// The expression.
    public var cron: String
    /// Name of the zone in which its times of day are meant.
    public var zone: String
    /// What is done about missed times.
    public var catchUp: Schedule.CatchUp

    /// Terms; nothing is looked at yet.
    public init(cron: String, zone: String, catchUp: Schedule.CatchUp = .once) {
        self.cron = cron
        self.zone = zone
        self.catchUp = catchUp
    }

    /// The next times after an instant, `count` at most; fewer where it comes true no more.
    /// - Throws: ``ScheduleError`` for an expression that is none, or a zone that is not known here.
    public func times(_ count: Int, after instant: Instant) throws(ScheduleError) -> [Instant] {
        let occurrences = try occurrences()
        var times: [Instant] = []
        while times.count < count, let next = occurrences.next(after: times.last ?? instant) { times.append(next) }
        return times
    }

    /// When it comes true.
    /// - Throws: ``ScheduleError``.
    func occurrences() throws(ScheduleError) -> CronOccurrences {
        CronOccurrences(cron: try CronExpression(cron), zone: try JobZone.named(zone))
    }

    /// As a row keeps them. No expression and no name of a zone has a `|`.
    var text: String { "\(cron) | \(zone) | \(catchUp.text)" }

    /// Reads ``text``, or what was kept of schedules before they told what they do about missed times.
    init?(text: String) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false).map { ScheduleTerms.trimmed($0) }
        guard parts.count == 2 || parts.count == 3 else { return nil }
        let catchUp = parts.count == 3 ? Schedule.CatchUp(text: parts[2]) : nil
        self.init(cron: parts[0], zone: parts[1], catchUp: catchUp ?? .once)
    }

    private static func trimmed(_ part: Substring) -> String {
        String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

extension Schedule.CatchUp {
    /// As a row keeps it: `skip`, `once`, `all 12`.
    var text: String {
        switch self {
        case .skip: "skip"
        case .once: "once"
        case .all(let limit): "all \(limit)"
        }
    }

    /// Reads ``text``.
    init?(text: String) {
        switch text {
        case "skip": self = .skip
        case "once": self = .once
        default:
            guard text.hasPrefix("all "), let limit = Int(text.dropFirst(4)) else { return nil }
            self = .all(limit: limit)
        }
    }

    /// The times to run for, when `first` was the first that has come. It is one of them even where the expression was
    /// changed since and knows it no more: nobody has run for it yet.
    func due(_ occurrences: CronOccurrences, from first: Instant, through now: Instant) -> [Instant] {
        let most =
            switch self {
            case .skip, .once: 1
            case .all(let limit): max(1, limit)
            }
        var times = occurrences.last(most, from: first, through: now)
        if times.count < most, times.first != first { times.insert(first, at: 0) }
        return self == .skip ? times.filter { now - $0 <= .minutes(1) } : times
    }
}
