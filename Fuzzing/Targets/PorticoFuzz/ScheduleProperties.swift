@testable import PorticoJobs

/// Expressions that say when, and rules of time zones.
enum ScheduleProperties {
    static func check(_ input: [UInt8]) {
        var reader = InputReader(input)
        let kind = reader.byte() & 1
        let start = reader.number() % (4_000_000 * 1440)
        let text = reader.text()
        if kind == 0 { checkExpression(text, from: start) } else { checkZone(text, at: start * 60) }
    }

    private static func checkExpression(_ text: String, from start: Int64) {
        // Years beyond 9999 are nobody's schedule.
        let start = max(-1_000_000, min(start, 1_000_000_000))
        guard let expression = try? CronExpression(text), let minute = expression.firstMinute(from: start) else {
            return
        }
        expect(minute >= start, "not before the start")
        expect(expression.firstMinute(from: minute) == minute, "a minute is its own first")
        let between = start + (minute - start) / 2
        expect(expression.firstMinute(from: between) == minute, "nothing lies between")
    }

    private static func checkZone(_ text: String, at seconds: Int64) {
        guard let zone = PosixZone(text) else { return }
        let seconds = max(-60_000_000, min(seconds, 60_000_000_000))
        let offset = zone.offset(at: seconds)
        expect(offset == zone.standard || offset == zone.summer, "standard time or summer time")
        expect(PosixZone(text) == zone, "the same rule")
    }
}
