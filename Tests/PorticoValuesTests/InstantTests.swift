import Foundation
import PorticoValues
import Testing

@Suite struct InstantTests {
    @Test(
        "reads RFC 3339 and writes it in UTC with milliseconds",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z"),
            ("2026-11-21T10:35:38.123Z", 1_795_257_338_123, "2026-11-21T10:35:38.123Z"),
            ("2026-11-21T16:05:38.1+05:30", 1_795_257_338_100, "2026-11-21T10:35:38.100Z"),
            ("2000-02-29t23:59:59.9999z", 951_868_799_999, "2000-02-29T23:59:59.999Z"),
            ("1969-12-31T23:59:59.500Z", -500, "1969-12-31T23:59:59.500Z"),
        ])
    func readsAndWrites(text: String, milliseconds: Int64, written: String) throws {
        let instant = try #require(Instant(rfc3339: text))
        #expect(instant.milliseconds == milliseconds)
        #expect(instant.rfc3339 == written)
    }

    @Test(
        "refuses what is no RFC 3339 date-time",
        arguments: [
            "", "2026-11-21", "2026-02-30T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T10:60:00Z",
            "2026-11-21T10:35:38", "2026-11-21T10:35:38.Z", "2026-11-21T10:35:38+0530", "2026-11-21 10:35:38 Z",
            "2026-11-21T10:35:61Z", "０026-11-21T10:35:38Z",
        ])
    func refuses(text: String) {
        #expect(Instant(rfc3339: text) == nil)
    }

    @Test("agrees with the calendar of the system on every day of four centuries")
    func agreesWithTheSystem() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? .gmt
        for day in stride(from: -50_000, through: 90_000, by: 137) {
            let date = CalendarDate(daysSinceEpoch: day)
            let parts = calendar.dateComponents(
                [.year, .month, .day], from: Date(timeIntervalSince1970: Double(day) * 86_400))
            #expect(date.year == parts.year && date.month == parts.month && date.day == parts.day)
            #expect(date.daysSinceEpoch == day)
        }
    }

    @Test("an IST day runs from 18:30 UTC to 18:30 UTC")
    func indianDay() throws {
        let date = try #require(CalendarDate("2026-11-21"))
        let start = TimeZoneOffset.india.start(of: date)
        #expect(start.rfc3339 == "2026-11-20T18:30:00.000Z")
        #expect(TimeZoneOffset.india.date(of: start) == date)
        #expect(TimeZoneOffset.india.date(of: start - .milliseconds(1)) == date.adding(days: -1))
        #expect(TimeZoneOffset.india.clockText(of: start + .minutes(61)) == "01:01")
    }

    @Test("a standing clock moves only when it is advanced")
    func standingClock() {
        let clock = Clock(standingAt: Instant(seconds: 100))
        #expect(clock.now() == Instant(seconds: 100))
        clock.advance(by: .seconds(5))
        #expect(clock.now() - Instant(seconds: 100) == .seconds(5))
    }
}
