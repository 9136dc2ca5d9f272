import PorticoValues

/// When an expression comes true in a zone.
///
/// Times of day that summer time skips happen once, right after the gap; times that it repeats happen the first time
/// only. Expressions that go by the passing of time (`*` or `*/n` as hour) know neither: they come as often as time
/// passes.
struct CronOccurrences: Sendable {
    let cron: CronExpression
    let zone: JobZone

    /// The first occurrence after an instant; nil when there is none within decades.
    func next(after instant: Instant) -> Instant? {
        var moment = floorDivision(instant.milliseconds, 1000)
        var civil = floorDivision(moment + zone.offset(at: moment), 60) + 1
        if !cron.isPeriodic, let repeated = endOfRepetition(at: moment) { civil = max(civil, repeated) }
        while let minute = cron.firstMinute(from: civil) {
            let offset = zone.offset(at: moment)
            let candidate = minute * 60 - offset
            guard let change = zone.change(after: moment, through: candidate) else {
                return Instant(seconds: candidate)
            }
            let next = zone.offset(at: change)
            if !cron.isPeriodic, next > offset, minute * 60 < change + next { return Instant(seconds: change) }
            moment = change
            civil = ceilingMinute(change + (cron.isPeriodic ? next : max(next, offset)))
        }
        return nil
    }

    /// The last `count` occurrences from `first` through `end`, in order. `first` is one of them.
    func last(_ count: Int, from first: Instant, through end: Instant) -> [Instant] {
        var span = Span.hours(1)
        while true {
            let start = max(first - .milliseconds(1), end - span)
            var found: [Instant] = []
            var position = start
            while let next = next(after: position), next <= end {
                found.append(next)
                position = next
            }
            if found.count >= count || start < first { return found.suffix(count) }
            span = .milliseconds(span.milliseconds * 8)
        }
    }

    /// The civil minute at which a repetition ends that `moment` is in.
    private func endOfRepetition(at moment: Int64) -> Int64? {
        guard let change = zone.change(after: moment - 86_400, through: moment) else { return nil }
        let before = zone.offset(at: change - 1)
        return before > zone.offset(at: change) ? ceilingMinute(change + before) : nil
    }

    private func ceilingMinute(_ seconds: Int64) -> Int64 {
        floorDivision(seconds + 59, 60)
    }
}
