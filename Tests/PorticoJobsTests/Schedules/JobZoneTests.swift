import PorticoValues
import Testing

@testable import PorticoJobs

@Suite struct JobZoneTests {
    private func offset(_ rule: String, _ text: String) throws -> Int64 {
        let zone = try #require(PosixZone(rule))
        return zone.offset(at: try #require(Instant(rfc3339: text)).milliseconds / 1000)
    }

    @Test(
        "reads the rules at the end of zone files",
        arguments: [
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2040-03-25T00:59:59Z", 3600),
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2040-03-25T01:00:00Z", 7200),
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2040-10-28T00:59:59Z", 7200),
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2040-10-28T01:00:00Z", 3600),
            ("EST5EDT,M3.2.0,M11.1.0", "2040-07-01T00:00:00Z", -14_400),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2040-01-01T00:00:00Z", 39_600),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2040-07-01T00:00:00Z", 36_000),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", "2040-01-01T00:00:00Z", 0),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", "2040-07-01T00:00:00Z", 3600),
            ("<+0330>-3:30", "2040-07-01T00:00:00Z", 12_600),
            ("XST0XDT,J60/0,300/-1", "2040-03-01T00:00:00Z", 3600),
            ("XST0XDT,J60/0,300/-1", "2040-02-29T23:59:59Z", 0),
        ])
    func readsRules(rule: String, at: String, expected: Int64) throws {
        #expect(try offset(rule, at) == expected)
    }

    @Test(
        "refuses what is no rule",
        arguments: [
            "", "C", "CET", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0", "<+03",
            "CET-1X,",
            "CET-1CEST,M3.5.0,M10.5.0/3x",
        ])
    func refusesRules(text: String) {
        #expect(PosixZone(text) == nil)
    }

    @Test(
        "refuses names that are none, whatever files there are",
        arguments: [
            "../../etc/passwd", "/etc/passwd", "Nowhere/Land", "", "Europe/Berlin\0", "zone.tab", "+99:00", "++5:30",
            "+05:+3",
        ])
    func refusesNames(name: String) {
        #expect(throws: ScheduleError.self) { try JobZone.named(name) }
    }

    @Test("zones with a fixed distance are found again by their name")
    func namesFixedZones() throws {
        let zone = JobZone.offset(TimeZoneOffset(minutes: -210, name: "NST"))
        #expect(zone.name == "-03:30")
        #expect(try JobZone.named(zone.name).offset(at: 0) == -12_600)
        #expect(try JobZone.named("UTC") == .utc)
    }

    @Test("files that are cut short are no zones")
    func refusesBrokenFiles() {
        let header = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 39)
        #expect(ZoneFile(header) == nil)
        #expect(ZoneFile([]) == nil)
        var greedy = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
        greedy += [UInt8](repeating: 0xFF, count: 24)
        #expect(ZoneFile(greedy) == nil)
    }
}
