import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Lists of sacks and bags: what each filter finds, in which order, and how pages follow each other.
@Suite struct BagListTests {
    /// A filter and the codes it finds, newest first.
    struct Search: Sendable, CustomStringConvertible {
        let description: String
        let filter: BagFilter
        let codes: [String]

        init(_ description: String, _ filter: BagFilter, _ codes: [String]) {
            self.description = description
            self.filter = filter
            self.codes = codes
        }
    }

    static let all = [
        "5550001", "M444-00001", "7770001", "SB00009", "SB00003", "1000005", "1000004", "SB00002", "1000002", "1000001",
        "SB00001",
    ]

    static let searches = [
        Search("nothing", BagFilter(), all),
        Search("sacks", BagFilter(kind: .parent), ["M444-00001", "SB00009", "SB00003", "SB00002", "SB00001"]),
        Search("bags", BagFilter(kind: .child), ["5550001", "7770001", "1000005", "1000004", "1000002", "1000001"]),
        Search("an area", BagFilter(areaCode: "jaipur"), ["5550001", "M444-00001"]),
        Search("sacks of an area", BagFilter(kind: .parent, areaCode: "jaipur"), ["M444-00001"]),
        Search("a product type", BagFilter(productType: "moong"), ["M444-00001"]),
        Search("bags of a product type", BagFilter(kind: .child, productType: "moong"), []),
        Search("a status", BagFilter(status: .loose), ["7770001"]),
        Search("a status of the other kind", BagFilter(kind: .parent, status: .loose), []),
        Search("empty sacks", BagFilter(status: .empty), ["SB00009", "SB00003"]),
        Search("retired ones", BagFilter(status: .retired), ["SB00004"]),
        Search("retired bags", BagFilter(kind: .child, status: .retired), []),
        Search("billed", BagFilter(isBilled: true), ["SB00001"]),
        Search("not billed", BagFilter(isBilled: false), ["M444-00001", "SB00009", "SB00003", "SB00002"]),
        Search("on hold", BagFilter(isOnHold: true), ["SB00002"]),
        Search("on hold in an area", BagFilter(areaCode: "jaipur", isOnHold: true), []),
        Search("on hold, by a beginning", BagFilter(isOnHold: true, search: .prefix("SB0")), ["SB00002"]),
        Search("on hold, by another beginning", BagFilter(isOnHold: true, search: .prefix("SB00003")), []),
        Search("on hold, by an ending", BagFilter(isOnHold: true, search: .suffix("02")), ["SB00002"]),
        Search(
            "not on hold, by a beginning", BagFilter(isOnHold: false, search: .prefix("SB0")),
            [
                "SB00009", "SB00003", "SB00001",
            ]),
        Search("billed, by a beginning of bags", BagFilter(isBilled: true, search: .prefix("10")), []),
        Search(
            "not billed in an area, by a beginning",
            BagFilter(areaCode: "lucknow", isBilled: false, search: .prefix("SB")), ["SB00009", "SB00003", "SB00002"]),
        Search(
            "a product type, by a beginning", BagFilter(productType: "moong", search: .prefix("M444")), ["M444-00001"]),
        Search(
            "not on hold in an area", BagFilter(areaCode: "lucknow", isOnHold: false),
            ["SB00009", "SB00003", "SB00001"]),
        Search("a lot", BagFilter(lot: "MUS/1"), ["1000005", "1000001"]),
        Search("a lot of an area", BagFilter(areaCode: "jaipur", lot: "MUS/1"), []),
        Search("a lot and a search", BagFilter(lot: "MUS/1", search: .suffix("5")), ["1000005"]),
        Search("a beginning", BagFilter(search: .prefix("SB0")), ["SB00009", "SB00003", "SB00002", "SB00001"]),
        Search(
            "a beginning of four", BagFilter(search: .prefix("1000")), ["1000005", "1000004", "1000002", "1000001"]),
        Search("a beginning of four in an area", BagFilter(areaCode: "jaipur", search: .prefix("1000")), []),
        Search(
            "retired sacks by a beginning of four", BagFilter(status: .retired, search: .prefix("SB00")), ["SB00004"]),
        Search("a whole code", BagFilter(search: .prefix("1000004")), ["1000004"]),
        Search(
            "an ending", BagFilter(search: .suffix("0001")), ["5550001", "M444-00001", "7770001", "1000001", "SB00001"]),
        Search(
            "an ending in an area", BagFilter(areaCode: "jaipur", search: .suffix("0001")), ["5550001", "M444-00001"]),
        Search("an ending of sacks", BagFilter(kind: .parent, search: .suffix("0001")), ["M444-00001", "SB00001"]),
        Search("an ending nobody has", BagFilter(search: .suffix("99")), []),
        Search("marks of the search language", BagFilter(search: .prefix("%")), []),
        Search("an empty beginning", BagFilter(search: .prefix("")), all),
        Search("since noon", BagFilter(createdFrom: PackingHall.start + .hours(4)), ["5550001", "M444-00001"]),
        Search(
            "before noon", BagFilter(createdTo: PackingHall.start + .hours(4)),
            ["7770001", "SB00009", "SB00003", "1000005", "1000004", "SB00002", "1000002", "1000001", "SB00001"]),
        Search(
            "sacks in a time",
            BagFilter(kind: .parent, createdFrom: PackingHall.start, createdTo: PackingHall.start + .hours(1)),
            ["SB00009", "SB00003", "SB00002", "SB00001"]),
        Search("before everything", BagFilter(createdTo: PackingHall.start), []),
        Search("after everything", BagFilter(createdFrom: PackingHall.start + .days(2)), []),
        Search(
            "much at once",
            BagFilter(
                kind: .parent, areaCode: "lucknow", productType: "mustard", status: .filling, isBilled: false,
                isOnHold: true,
                search: .prefix("SB")), ["SB00002"]),
    ]

    @Test("finds what every filter asks for", arguments: TestEngine.available)
    func filters(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await stock(hall)
            for search in BagListTests.searches {
                let page = try await hall.database.read { try BagList($0).page(search.filter, before: nil, limit: 50) }
                #expect(page.items.map(\.row.code) == search.codes, "\(search)")
                #expect(page.next == nil)
            }
        }
    }

    @Test("pages give every row once, whatever the filter", arguments: TestEngine.available)
    func paging(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await stock(hall)
            for search in BagListTests.searches {
                var codes: [String] = []
                var before: Int64?
                repeat {
                    let start = before
                    let page = try await hall.database.read {
                        try BagList($0).page(search.filter, before: start, limit: 2)
                    }
                    codes += page.items.map(\.row.code)
                    before = page.next?.first.flatMap { Int64($0) }
                } while before != nil
                #expect(codes == search.codes, "\(search)")
            }
        }
    }

    @Test("rows that come meanwhile do not disturb the pages after", arguments: TestEngine.available)
    func growing(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 6)
            let first = try await hall.database.read { try BagList($0).page(BagFilter(), before: nil, limit: 3) }
            try await hall.fill("SB00002", with: 4, from: 2_000_001)
            let before = first.next?.first.flatMap { Int64($0) }
            let second = try await hall.database.read { try BagList($0).page(BagFilter(), before: before, limit: 50) }
            #expect(first.items.map(\.row.code) == ["1000006", "1000005", "1000004"])
            #expect(second.items.map(\.row.code) == ["1000003", "1000002", "1000001", "SB00001"])
        }
    }

    @Test("says where each one is", arguments: TestEngine.available)
    func places(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await stock(hall)
            let page = try await hall.database.read { try BagList($0).page(BagFilter(), before: nil, limit: 50) }
            let places = Dictionary(uniqueKeysWithValues: page.items.map { ($0.row.code, $0.place) })
            #expect(places["1000001"]?.parentCode == "SB00001")
            #expect(places["SB00001"]?.bill?.code == "LKO 1")
            #expect(places["SB00001"]?.bill?.state == "open")
            #expect(places["7770001"] == .nowhere)
        }
    }

    @Test("a search that finds too much walks the newest rows and finds the same", arguments: TestEngine.available)
    func broadSearch(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await stock(hall)
            let range = try #require(CodeRange(.suffix("0001")))
            let query = BagListQuery(
                filter: BagFilter(search: .suffix("0001")), bounds: 0..<Int64.max, limit: 50,
                dialect: hall.database.dialect)
            let codes = try await hall.database.read { reading in
                try reading.all("test.walk", query.walk(range)) { try $0[1] as String }
            }
            #expect(codes == ["5550001", "M444-00001", "7770001", "1000001", "SB00001"])
        }
    }

    @Test(
        "codes that begin alike are walked newest first, and a longer beginning leaves out the rest",
        arguments: TestEngine.available)
    func stems(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await stock(hall)
            for (text, expected) in [("SB00", ["SB00009", "SB00003", "SB00002", "SB00001"]), ("SB00003", ["SB00003"])] {
                let range = try #require(CodeRange(.prefix(text)))
                let query = BagListQuery(
                    filter: BagFilter(search: .prefix(text)), bounds: 0..<Int64.max, limit: 50,
                    dialect: hall.database.dialect)
                let codes = try await hall.database.read { reading in
                    try reading.all("test.stem", query.ofStem("SB00", range)) { try $0[1] as String }
                }
                #expect(codes == expected)
            }
        }
    }

    @Test("beginnings shorter than four characters, and endings, have no stem")
    func noStem() throws {
        #expect(try #require(CodeRange(.prefix("SB0"))).stem == nil)
        #expect(try #require(CodeRange(.suffix("00001"))).stem == nil)
        #expect(try #require(CodeRange(.prefix("SB00"))).isWholeStem)
        let longer = try #require(CodeRange(.prefix("SB000")))
        #expect(longer.stem == "SB00" && !longer.isWholeStem)
    }

    @Test("no list reads a whole table")
    func plans() async throws {
        try await withHall(on: .sqlite) { hall in
            let range = try #require(CodeRange(.prefix("SB")))
            for search in BagListTests.searches where !search.filter.branches.isEmpty {
                let query = BagListQuery(
                    filter: search.filter, bounds: 0..<Int64.max, limit: 51, dialect: .sqlite)
                var statements = [
                    query.walk(nil), query.walk(range), query.found(range, window: 100), query.ofLot(),
                    query.ofStem("SB00", range),
                ]
                if search.filter.isOnHold == true { statements.append(query.onHold(range)) }
                for statement in statements {
                    let scans = try await QueryPlan.of(statement, in: hall.database).fullScans
                    #expect(scans.isEmpty, "\(search): \(scans)")
                }
            }
        }
    }

    /// Sacks and bags in two areas, one of each kind of state.
    private func stock(_ hall: PackingHall) async throws {
        try await hall.scanParent("SB00001")
        try await hall.scanChild("LABEL NO 1000001 LOT NO MUS/1", into: "SB00001")
        try await hall.scanChild("1000002", into: "SB00001")
        try await hall.scanParent("SB00002")
        try await hall.scanChild("LABEL NO 1000004 LOT NO MUS/2", into: "SB00002")
        try await hall.scanChild("LABEL NO 1000005 LOT NO MUS/1", into: "SB00002")
        try await hall.scanParent("SB00003")
        try await hall.scanParent("SB00004")
        try await hall.services.retirement.retire("SB00004", cascades: false, by: hall.caller(.biller))
        try await hall.scanParent("SB00009")
        try await hall.scanChild("7770001", into: "SB00009")
        _ = try await hall.services.corrections.unlink("7770001", reason: "torn open", by: hall.caller(.biller))
        _ = try await hall.services.holds.hold("SB00002", reason: "Seams open", by: hall.caller(.biller))
        try await hall.bill("SB00001")
        hall.clock.advance(by: .hours(5))
        try await hall.scanParent("M444-00001", by: .jaipur)
        try await hall.scanChild("5550001", into: "M444-00001", by: .jaipur)
    }
}

/// The plan of a statement on SQLite.
struct QueryPlan: Sendable {
    let lines: [String]

    static func of(_ statement: SQL, in database: Database) async throws -> QueryPlan {
        QueryPlan(
            lines: try await database.read { reading in
                try reading.all("test.plan", "EXPLAIN QUERY PLAN \(statement)") { try $0[3] as String }
            })
    }

    /// The lines that read a whole table of bags or scans.
    var fullScans: [String] {
        lines.filter { line in
            ["SCAN bags", "SCAN scans", "SCAN b", "SCAN s", "SCAN p", "SCAN custody_events"].contains { name in
                line == name || line.hasPrefix("\(name) ")
            }
        }
    }
}
