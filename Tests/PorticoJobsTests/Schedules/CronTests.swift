import PorticoValues
import Testing

@testable import PorticoJobs

@Suite struct CronTests {
    private func next(_ cron: String, after text: String, in zone: JobZone = .utc, count: Int = 1) throws -> [String] {
        let occurrences = CronOccurrences(cron: try CronExpression(cron), zone: zone)
        var instant = try #require(Instant(rfc3339: text))
        var found: [String] = []
        while found.count < count, let next = occurrences.next(after: instant) {
            found.append(String(next.rfc3339.prefix(16)))
            instant = next
        }
        return found
    }

    @Test(
        "finds the next time",
        arguments: [
            ("* * * * *", "2026-01-01T00:00:30Z", "2026-01-01T00:01"),
            ("30 2 * * *", "2026-01-01T02:30:00Z", "2026-01-02T02:30"),
            ("0 0 1 1 *", "2026-01-01T00:00:00Z", "2027-01-01T00:00"),
            ("*/15 9-17 * * MON-FRI", "2026-01-02T17:45:00Z", "2026-01-05T09:00"),
            ("5/20 * * * *", "2026-01-01T00:26:00Z", "2026-01-01T00:45"),
            ("0 12 29 FEB *", "2026-01-01T00:00:00Z", "2028-02-29T12:00"),
            ("0 0 13 * FRI", "2026-01-10T00:00:00Z", "2026-01-13T00:00"),
            ("0 0 */2 * SUN", "2026-01-01T00:00:00Z", "2026-01-11T00:00"),
            ("0 0 * * 7", "2026-01-01T00:00:00Z", "2026-01-04T00:00"),
            ("0 0 * * 5-7", "2026-01-03T00:00:00Z", "2026-01-04T00:00"),
            ("1,2,50-52/2 3 * * *", "2026-01-01T03:02:00Z", "2026-01-01T03:50"),
            ("@hourly", "2026-01-01T03:02:00Z", "2026-01-01T04:00"),
            ("@weekly", "2026-01-01T03:02:00Z", "2026-01-04T00:00"),
        ])
    func findsNext(cron: String, after: String, expected: String) throws {
        #expect(try next(cron, after: after) == [expected])
    }

    @Test("a day that never comes is no time")
    func findsNothing() throws {
        #expect(try next("0 0 31 2 *", after: "2026-01-01T00:00:00Z").isEmpty)
    }

    @Test(
        "refuses what is no expression",
        arguments: [
            "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 *",
            "* * * * 8",
            "*/0 * * * *", "5-1 * * * *", "1,,2 * * * *", "a * * * *", "-1 * * * *", "1-2-3 * * * *", "*/a * * * *",
            "* * * JANUARY *", "@often", "1.5 * * * *", "+5 * * * *",
        ])
    func refuses(text: String) {
        #expect(throws: ScheduleError.self) { try CronExpression(text) }
    }

    @Test("a time that summer time skips comes once, right after the gap")
    func runsAfterGap() throws {
        let berlin = try JobZone.named("Europe/Berlin")
        #expect(
            try next("30 2 * * *", after: "2026-03-28T00:00:00Z", in: berlin, count: 3)
                == ["2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"])
        #expect(
            try next("*/20 2 * * *", after: "2026-03-28T23:00:00Z", in: berlin, count: 2)
                == ["2026-03-29T01:00", "2026-03-30T00:00"])
    }

    @Test("a time that summer time repeats comes the first time only")
    func runsOnceInOverlap() throws {
        let berlin = try JobZone.named("Europe/Berlin")
        #expect(
            try next("30 2 * * *", after: "2026-10-24T12:00:00Z", in: berlin, count: 2)
                == ["2026-10-25T00:30", "2026-10-26T01:30"])
        #expect(
            try next("30 2 * * *", after: "2026-10-25T01:10:00Z", in: berlin) == ["2026-10-26T01:30"],
            "also when it is looked for in the second pass")
        #expect(
            try next("0 3 * * *", after: "2026-10-25T00:30:00Z", in: berlin) == ["2026-10-25T02:00"])
    }

    @Test("what goes by the passing of time knows no summer time")
    func runsThrough() throws {
        let berlin = try JobZone.named("Europe/Berlin")
        #expect(
            try next("30 * * * *", after: "2026-10-24T23:45:00Z", in: berlin, count: 3)
                == ["2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30"])
        #expect(
            try next("*/30 * * * *", after: "2026-03-29T00:10:00Z", in: berlin, count: 3)
                == ["2026-03-29T00:30", "2026-03-29T01:00", "2026-03-29T01:30"])
    }

    @Test("half an hour of summer time, and zones with odd distances")
    func knowsOddZones() throws {
        let howe = try JobZone.named("Australia/Lord_Howe")
        #expect(
            try next("15 2 * * *", after: "2026-10-02T20:00:00Z", in: howe, count: 2)
                == ["2026-10-03T15:30", "2026-10-04T15:15"])
        #expect(
            try next("0 9 * * *", after: "2026-01-01T00:00:00Z", in: .named("Asia/Kolkata")) == ["2026-01-01T03:30"])
        #expect(
            try next("0 9 * * *", after: "2026-01-01T00:00:00Z", in: .offset(.india)) == ["2026-01-01T03:30"])
    }

    @Test("the last of many missed times are found without walking through all")
    func findsLast() throws {
        let occurrences = CronOccurrences(cron: try CronExpression("* * * * *"), zone: .utc)
        let first = try #require(Instant(rfc3339: "2020-01-01T00:00:00Z"))
        let now = try #require(Instant(rfc3339: "2026-01-01T00:00:30Z"))
        #expect(
            occurrences.last(2, from: first, through: now).map(\.rfc3339)
                == ["2025-12-31T23:59:00.000Z", "2026-01-01T00:00:00.000Z"])
        let daily = CronOccurrences(cron: try CronExpression("0 6 * * *"), zone: .utc)
        #expect(daily.last(10, from: now - .days(2), through: now).count == 2)
    }
}
