import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Lists of scans: filters, order, pages and plans.
@Suite struct ScanLogTests {
    static let hour = PackingHall.start + .hours(1)

    /// A filter and the codes of the scans it finds, newest first.
    static let searches: [(name: String, filter: ScanFilter, codes: [String])] = [
        (
            "everything", ScanFilter(),
            ["5550001", "M444-00001", "1000001", "SB1", "1000002", "1000001", "1000001", "SB00001"]
        ),
        ("a person", ScanFilter(userID: 2), ["1000001", "SB1"]),
        ("a kind", ScanFilter(kind: .parent), ["M444-00001", "SB1", "SB00001"]),
        ("an outcome", ScanFilter(outcome: .rejected), ["SB1"]),
        ("duplicates", ScanFilter(outcome: .duplicate), ["1000001", "1000001"]),
        ("an outcome of a person", ScanFilter(userID: 1, outcome: .duplicate), ["1000001"]),
        ("an outcome of an area", ScanFilter(outcome: .created, areaCode: "jaipur"), ["M444-00001"]),
        ("an outcome of a kind", ScanFilter(kind: .parent, outcome: .rejected), ["SB1"]),
        ("an outcome of another kind", ScanFilter(kind: .child, outcome: .rejected), []),
        ("an outcome since", ScanFilter(outcome: .duplicate, from: hour), ["1000001"]),
        ("bags put into sacks", ScanFilter(kind: .child, outcome: .linked), ["5550001", "1000002", "1000001"]),
        ("a kind of an area", ScanFilter(kind: .parent, areaCode: "lucknow"), ["SB1", "SB00001"]),
        ("a code", ScanFilter(code: "1000001"), ["1000001", "1000001", "1000001"]),
        ("a code of a person", ScanFilter(userID: 2, code: "1000001"), ["1000001"]),
        ("a sack", ScanFilter(parentCode: "SB00001"), ["1000001", "1000002", "1000001", "1000001"]),
        ("an area", ScanFilter(areaCode: "jaipur"), ["5550001", "M444-00001"]),
        ("since", ScanFilter(from: hour), ["5550001", "M444-00001", "1000001"]),
        ("before", ScanFilter(to: hour), ["SB1", "1000002", "1000001", "1000001", "SB00001"]),
        ("a time of a sack", ScanFilter(parentCode: "SB00001", from: hour, to: hour + .days(1)), ["1000001"]),
        ("later than all", ScanFilter(from: hour + .days(9)), []),
        ("earlier than all", ScanFilter(to: PackingHall.start), []),
        ("nobody", ScanFilter(userID: 99), []),
        ("a person of another area", ScanFilter(userID: 2, areaCode: "jaipur"), []),
        ("links that stand", ScanFilter(outcome: .linked, isStanding: true), ["5550001", "1000002", "1000001"]),
    ]

    @Test("finds what every filter asks for, page by page", arguments: TestEngine.available)
    func filters(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await work(hall)
            for search in ScanLogTests.searches {
                var codes: [String] = []
                var before: Int64?
                repeat {
                    let start = before
                    let page = try await hall.database.read {
                        try ScanLog($0).page(search.filter, before: start, limit: 2)
                    }
                    codes += page.items.map(\.code)
                    before = page.next?.first.flatMap { Int64($0) }
                } while before != nil
                #expect(codes == search.codes, "\(search.name)")
            }
        }
    }

    @Test("names who scanned, and keeps what was undone", arguments: TestEngine.available)
    func details(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            let scan = try await hall.scanChild("1000001", into: "SB00001").scanID
            _ = try await hall.services.undo.undo(scan: scan, reason: "Torn", by: hall.caller())
            let items = try await hall.database.read { try ScanLog.newest(of: 1, area: "lucknow", limit: 5, in: $0) }
            #expect(items.map(\.code) == ["1000001", "SB00001"])
            #expect(items[0].user == ScanItem.User(id: 1, name: "asha"))
            #expect(items[0].outcome == .linked)
            #expect(items[0].undone?.reason == "Torn")
            #expect(items[0].countAfter == 1)
            #expect(items[1].undone == nil)
        }
    }

    @Test("the newest link is one that stands, in the area and the time asked about", arguments: TestEngine.available)
    func newestLink(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            func newest(area: String? = "lucknow", since start: Instant = PackingHall.start) async throws -> String? {
                try await hall.database.read {
                    try ScanLog.newestLink(of: 1, area: area, since: start, in: $0)?.code
                }
            }
            try await hall.fill("SB00001", with: 1)
            let scan = try await hall.scanChild("1000009", into: "SB00001").scanID
            try await hall.scanChild("1000009", into: "SB00001")
            #expect(try await newest() == "1000009")
            #expect(try await newest(area: nil) == "1000009")
            #expect(try await newest(area: "jaipur") == nil)
            #expect(try await newest(since: PackingHall.start + .milliseconds(1)) == nil)
            _ = try await hall.services.undo.undo(scan: scan, reason: nil, by: hall.caller())
            #expect(try await newest() == "1000001")
        }
    }

    @Test("no list reads the whole table")
    func plans() async throws {
        try await withHall(on: .sqlite) { hall in
            for search in ScanLogTests.searches {
                let statement = try await hall.database.read { reading in
                    ScanLog(reading).statement(search.filter, bounds: 0..<Int64.max, limit: 51)
                }
                let scans = try await QueryPlan.of(statement, in: hall.database).fullScans
                #expect(scans.isEmpty, "\(search.name): \(scans)")
            }
        }
    }

    @Test(
        "uncommon outcomes and kinds are walked by themselves",
        arguments: [
            (ScanFilter(outcome: .found), "scans_outcome"),
            (ScanFilter(userID: 1, outcome: .duplicate), "scans_user_outcome"),
            (ScanFilter(userID: 1, outcome: .linked), "scans_user"),
            (ScanFilter(kind: .gate), "scans_kind"),
            (ScanFilter(kind: .gate, outcome: .rejected, areaCode: "lucknow"), "scans_outcome"),
            (ScanFilter(kind: .bill, areaCode: "lucknow"), "scans_kind"),
            (ScanFilter(kind: .child, areaCode: "lucknow"), "scans_area"),
        ])
    func uncommon(filter: ScanFilter, index: String) async throws {
        try await withHall(on: .sqlite) { hall in
            let statement = try await hall.database.read { reading in
                ScanLog(reading).statement(filter, bounds: 0..<Int64.max, limit: 51)
            }
            let plan = try await QueryPlan.of(statement, in: hall.database)
            #expect(plan.lines.contains { $0.contains("SEARCH scans USING INDEX \(index) (") }, "\(plan.lines)")
        }
    }

    private func work(_ hall: PackingHall) async throws {
        try await hall.scanParent("SB00001")
        try await hall.scanChild("1000001", into: "SB00001")
        try await hall.scanChild("1000001", into: "SB00001")
        try await hall.scanChild("1000002", into: "SB00001")
        try await hall.scanParent("SB1", by: .ravi)
        hall.clock.advance(by: .hours(3))
        try await hall.scanChild("1000001", into: "SB00001", by: .ravi)
        try await hall.scanParent("M444-00001", by: .jaipur)
        try await hall.scanChild("5550001", into: "M444-00001", by: .jaipur)
    }
}
