import PorticoTesting
import Testing

@testable import BagTracking
@testable import Portico

@Suite("Exports (rule R37)")
struct ExportTests {
    private static let formats = TableFormat.allCases

    /// Twelve bags in one sack, another sack on a bill, and one retired.
    private func fill(_ app: AppHarness) async throws {
        let packer = try await app.client("dispatcher")
        for sack in ["SB61001", "SB61002", "SB61003"] {
            #expect(await packer.post("/bags/api/v1/scans/parent", ["code": .string(sack)]).status == 201)
        }
        for serial in 4_100_001...4_100_012 {
            let body: JSONValue = ["parent": "SB61001", "code": .string(String(serial))]
            #expect(await packer.post("/bags/api/v1/scans/child", body).status == 201)
        }
        let label = "LABEL NO: 4100013 LOT NO: =LOT/1 DOT 01/02/2025"
        let packed = await packer.post("/bags/api/v1/scans/child", ["parent": "SB61002", "code": .string(label)])
        #expect(packed.status == 201)
        let admin = try await app.client("admin")
        #expect(await admin.delete("/bags/api/v1/bags/SB61003").status == 204)
    }

    private func rows(_ bytes: [UInt8]) throws -> [[String]] {
        let reader = try TableFile(MemorySource(bytes)).reader()
        var rows: [[String]] = []
        while let row = try reader.next() { rows.append(row.cells.map(\.text)) }
        return rows
    }

    @Test(
        "R37: NDJSON has every column of every row, and an end line with the digest of all before it",
        arguments: TestEngine.available)
    func lines(_ engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            try await fill(app)
            let answer = await (try app.client("biller")).get("/bags/api/v1/exports/bags.ndjson")
            let bytes = try await answer.whole()
            #expect(answer[header: "content-disposition"] == "attachment; filename=\"bags-20261121-1130.ndjson\"")
            #expect(answer[header: "cache-control"] == "no-store")
            let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            #expect(lines.count == 17 && lines.last?.isEmpty == true)
            let end = try JSONValue(parsing: Array(lines[15]))
            let before = Array(bytes.prefix(bytes.count - lines[15].count - 1))
            #expect(end["_end"] == .bool(true) && end["rows"]?.int64 == 15)
            #expect(end["sha256"]?.string == Digest.sha256(before).hexadecimal)
            let rows = try lines.prefix(15).map { try JSONValue(parsing: Array($0)) }
            #expect(rows.allSatisfy { $0.members?.map(\.key) == ExportName.bags.columns })
            let child = try #require(rows.first { $0["code"]?.string == "4100001" })
            #expect(child["parent_code"]?.string == "SB61001" && child["capacity"] == .null)
            let sack = try #require(rows.first { $0["code"]?.string == "SB61001" })
            #expect(sack["child_count"]?.int64 == 12 && sack["weight_grams"]?.int64 == 12_000)
            #expect(!rows.contains { $0["code"]?.string == "SB61003" })
        }
    }

    @Test("R37: CSV and XLSX say the same, harmlessly", arguments: TestEngine.available)
    func tables(_ engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            try await fill(app)
            let biller = try await app.client("biller")
            let csv = try await biller.get("/bags/api/v1/exports/bags.csv?kind=child").whole()
            let xlsx = try await biller.get("/bags/api/v1/exports/bags.xlsx?kind=child").whole()
            #expect(csv.starts(with: [0xEF, 0xBB, 0xBF]))
            let (left, right) = (try rows(csv), try rows(xlsx))
            #expect(left.count == 14 && right.count == 14)
            #expect(left[0] == ExportName.bags.columns && right[0] == ExportName.bags.columns)
            #expect(left[1...].map { $0[0] } == right[1...].map { $0[0] })
            let lot = try #require(ExportName.bags.columns.firstIndex(of: "lot"))
            #expect(left[13][lot] == "'=LOT/1" && right[13][lot] == "=LOT/1")
        }
    }

    @Test(
        "R37: scans and bills are exported with their columns, narrowed like the lists", arguments: TestEngine.available
    )
    func others(_ engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            try await fill(app)
            let biller = try await app.client("biller")
            let scans = try rows(try await biller.get("/bags/api/v1/exports/scans.csv?kind=parent").whole())
            #expect(scans.count == 4 && scans[0] == ExportName.scans.columns)
            #expect(scans[1][8] == "Test Dispatcher")
            let none = try rows(try await biller.get("/bags/api/v1/exports/bills.csv?state=open").whole())
            #expect(none == [ExportName.bills.columns])
            #expect(await biller.get("/bags/api/v1/exports/bags.csv?status=strange").status == 422)
            #expect(await biller.get("/bags/api/v1/exports/bags.csv?area_code=nowhere").status == 404)
        }
    }

    /// A value for each filter of exports; where a name means two things, for each route.
    private static let filters: [String: String] = [
        "kind": "parent", "status": "filling", "area_code": "lucknow", "product_type": "mustard", "billed": "true",
        "hold": "true", "lot": "MUS/1", "q": "sb", "created_from": "2025-01-01T00:00:00Z",
        "created_to": "2030-01-01T00:00:00Z", "from": "2025-01-01T00:00:00Z", "to": "2030-01-01T00:00:00Z",
        "state": "open", "created_by": "1", "user_id": "1", "outcome": "created", "code": "SB61001", "mine": "true",
        "parent_code": "SB61001",
    ]

    @Test("R37: every filter of every export leads to a whole file", arguments: TestEngine.available)
    func everyFilter(_ engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            try await fill(app)
            let biller = try await app.client("biller")
            let bill = await biller.post(
                "/bags/api/v1/bills", ["code": "SB 1", "capacity": 5, "area_code": "lucknow"])
            #expect(bill.status == 201)
            let routes = app.mount.routes.filter {
                $0.path.hasPrefix("/api/v1/exports/") && $0.path.hasSuffix(".csv")
            }
            #expect(routes.count == 3)
            for route in routes {
                for field in route.fields {
                    let value = try #require(ExportTests.filters[field.name], "\(route.name) \(field.name)")
                    let answer = await biller.get("/bags\(route.path)?\(field.name)=\(value)")
                    #expect(answer.status == 200, "\(route.name) \(field.name): \(answer.text.prefix(300))")
                    let lines = try? rows(try await answer.whole())
                    #expect(lines?.isEmpty == false, "\(route.name) \(field.name)")
                }
            }
        }
    }

    @Test("R37: bills are narrowed to how their codes begin, whatever the case", arguments: TestEngine.available)
    func beginnings(_ engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let biller = try await app.client("biller")
            for code in ["LKO 1", "LKO 2", "JAI 1"] {
                let wish: JSONValue = ["code": .string(code), "capacity": 5, "area_code": "lucknow"]
                #expect(await biller.post("/bags/api/v1/bills", wish).status == 201)
            }
            for (beginning, count) in [("lko", 2), ("LKO%202", 1), ("L%25", 0), ("", 3)] {
                let answer = await biller.get("/bags/api/v1/exports/bills.csv?q=\(beginning)")
                #expect(try rows(try await answer.whole()).count == count + 1, "\(beginning)")
            }
        }
    }

    @Test(
        "R37: the history of scans leaves in small pieces over many windows",
        arguments: TestEngine.available)
    func pieces(_ engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            try await addScans(25_000, app.database)
            let metrics = BagMetrics(MetricsRegistry())
            for format in [TableFormat.ndjson, .csv] {
                let run = ExportRun(query: ScanExport(filter: ScanFilter()), format: format, metrics: metrics)
                let (largest, lines) = try await app.database.read { reading in
                    var (largest, lines) = (0, 0)
                    try run.write(reading) { piece in
                        largest = max(largest, piece.count)
                        lines += piece.count { $0 == 0x0A }
                    }
                    return (largest, lines)
                }
                // A piece and the row that filled it; the first line of CSV names columns, the last of NDJSON ends it.
                #expect(largest <= 1 << 16 + 1 << 10)
                #expect(lines == 25_001)
            }
        }
    }

    private func addScans(_ count: Int64, _ database: Database) async throws {
        let now = AppHarness.start
        try await database.write { transaction in
            _ = try transaction.execute(
                "test.scans",
                """
                INSERT INTO scans (user_id, client_scan_id, content_hash, kind, outcome, code, area_code, scanned_at,
                    recorded_at, request_id)
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
                SELECT 1, 'scan-' || CAST(i AS TEXT), 'x', 'parent', 'found', 'SB00001', 'lucknow', \(now), \(now), 'r'
                FROM n
                """)
        }
    }

    @Test("R37: who may not export does not, and every start is audited")
    func access() async throws {
        try await withApp { app in
            #expect(await (try app.client("dispatcher")).get("/bags/api/v1/exports/bags.csv").status == 403)
            #expect(await app.stranger().get("/bags/api/v1/exports/bags.csv").status == 401)
            let answer = await (try app.client("biller")).get(
                "/bags/api/v1/exports/bags.csv?kind=child&lot=%20l%2F1&q=*586&password=hunter2&status=")
            #expect(answer.status == 200)
            let row = try await app.database.read {
                try $0.first(
                    "test.audit", "SELECT entity_id, after FROM audit_rows WHERE action = 'export.started'"
                ) { (entity: try $0[0] as String, after: try $0[1] as String) }
            }
            #expect(row?.entity == "bags.csv")
            // As it was understood, and nothing that is no filter.
            let after = try JSONValue(parsing: Array((row?.after ?? "").utf8))
            #expect(after["filter"] == ["kind": "child", "lot": "L/1", "q": "*586"])
        }
    }

    @Test("R37: two run at once, a third is refused, and one that is dropped gives its place back")
    func twoAtOnce() async throws {
        try await withApp { app in
            let biller = try await app.client("biller")
            var first: TestAnswer? = await biller.get("/bags/api/v1/exports/bags.csv")
            let second = await biller.get("/bags/api/v1/exports/scans.ndjson")
            let third = await biller.get("/bags/api/v1/exports/bags.xlsx")
            #expect(first?.status == 200 && second.status == 200)
            #expect(third.status == 429 && third.problemCode == "too_many_running")
            #expect(await (try app.client("admin")).get("/bags/api/v1/exports/bags.csv").status == 200)
            first = nil
            while try await app.database.read({
                try $0.scalar("test.places", "SELECT count(*) FROM export_places WHERE user_id = 4", as: Int.self)
            }) != 1 { await Task.yield() }
            #expect(await biller.get("/bags/api/v1/exports/bags.csv").status == 200)
            _ = try await second.whole()
        }
    }

    @Test(
        "R37: two at once hold over all nodes, and a node that was killed frees its places",
        arguments: TestEngine.available)
    func overNodes(_ engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let nodes = (1...2).map { _ in
                ExportDesk(
                    most: 2, database: hall.database, clock: hall.clock, metrics: BagMetrics(MetricsRegistry()))
            }
            let first = try await nodes[0].admit(3)
            let second = try await nodes[1].admit(3)
            let refused = await #expect(throws: Problem.self) { _ = try await nodes[1].admit(3) }
            #expect(refused?.status == 429 && refused?.code == "too_many_running")
            let other = try await nodes[1].admit(4)
            try await second.use {}
            let third = try await nodes[0].admit(3)
            // Nobody renews the places of a node that is gone: they are free within a minute.
            hall.clock.advance(by: .seconds(44))
            await #expect(throws: Problem.self) { _ = try await nodes[0].admit(3) }
            hall.clock.advance(by: .seconds(1))
            let fourth = try await nodes[1].admit(3)
            for permit in [first, third, fourth, other] { try await permit.use {} }
            #expect(try await hall.number("SELECT count(*) FROM export_places") == 0)
        }
    }

    @Test("R37: an export that fails makes room as well")
    func failing() async throws {
        struct Broken: Error {}
        try await withHall(on: .sqlite) { hall in
            let desk = ExportDesk(
                most: 1, database: hall.database, clock: hall.clock, metrics: BagMetrics(MetricsRegistry()))
            let permit = try await desk.admit(3)
            await #expect(throws: Broken.self) { try await permit.use { throw Broken() } }
            try await desk.admit(3).use {}
        }
    }

    @Test("R37: a client that goes away while its export waits frees its place at once")
    func gone() async throws {
        try await withApp { app in
            let (door, begun) = (ThreadDoor(), Tally())
            // Every connection for long reads is taken, so that nothing comes of what is asked for now.
            let readings = (0..<8).map { _ in
                app.database.stream { _, _ in
                    begun.add()
                    door.pass()
                }
            }
            while begun.value < readings.count { await Task.yield() }
            let biller = try await app.client("biller")
            let readers = await [
                reader(of: biller.get("/bags/api/v1/exports/bags.csv")),
                reader(of: biller.get("/bags/api/v1/exports/scans.xlsx")),
            ]
            #expect(await biller.get("/bags/api/v1/exports/bags.csv").status == 429)
            for reader in readers { reader.cancel() }
            for reader in readers { await #expect(throws: CancellationError.self) { try await reader.value } }
            #expect(await biller.get("/bags/api/v1/exports/bags.csv").status == 200)
            door.open()
            for reading in readings { for try await _ in reading {} }
        }
    }

    @Test("the page leads on to the file, or says what is wrong with the filter")
    func page() async throws {
        try await withApp { app in
            let biller = try await app.client("biller")
            let page = await biller.get("/bags/exports")
            #expect(page.status == 200 && page.text.contains("Sacks and bags"))
            let sent = await biller.get("/bags/exports?name=bags&format=csv&kind=child&lot=&q=")
            #expect(sent[header: "location"] == "/bags/api/v1/exports/bags.csv?kind=child")
            let wrong = await biller.get("/bags/exports?name=scans&format=csv&from=2026-02-30")
            #expect(wrong.status == 422 && wrong.text.contains("Enter a day that exists"))
        }
    }

    @Test("R41: the page leads on to a document of events, of a first and a last day that are not far apart")
    func eventsPage() async throws {
        try await withApp { app in
            let biller = try await app.client("biller")
            let page = await biller.get("/bags/exports").text
            #expect(page.contains("EPCIS 2.0") && page.contains("name=\"name\" value=\"epcis\""))
            let sent = await biller.get("/bags/exports?name=epcis&from=2026-10-22&to=2026-11-21&format=json")
            let file = try #require(sent[header: "location"])
            #expect(file == "/bags/api/v1/exports/epcis.json?from=2026-10-22&to=2026-11-21")
            let document = try JSONValue(parsing: Array(try await biller.get(file).whole()))
            #expect(document["type"] == "EPCISDocument")
            let many = await biller.get("/bags/exports?name=epcis&from=2026-10-21&to=2026-11-21&format=json")
            #expect(many.status == 422 && many.text.contains("at most 31 days"))
            #expect(many.text.contains("value=\"2026-10-21\"") && many.text.contains("role=\"alert\""))
            for missing in ["from=2026-11-21&to=", "from=&to=2026-11-21", "from=&to="] {
                let answer = await biller.get("/bags/exports?name=epcis&\(missing)&format=json")
                #expect(answer.status == 422 && answer.text.contains("Enter a day, such as"), "\(missing)")
            }
            let turned = await biller.get("/bags/exports?name=epcis&from=2026-11-21&to=2026-11-20&format=json")
            #expect(turned.status == 422 && turned.text.contains("lies before the first"))
        }
    }

    @Test("R37, R41: documents of events take places of the exports, and come back when they end")
    func eventPlaces() async throws {
        try await withApp { app in
            let biller = try await app.client("biller")
            let path = "/bags/api/v1/exports/epcis.json?from=2026-11-01&to=2026-11-21"
            let first = await biller.get(path)
            let second = await biller.get("/bags/api/v1/exports/bags.csv")
            #expect(first.status == 200 && second.status == 200)
            #expect(await biller.get(path).status == 429)
            _ = try await first.whole()
            #expect(await biller.get(path).status == 200)
            _ = try await second.whole()
        }
    }
}

/// Somebody who reads an answer to its end.
private func reader(of answer: TestAnswer) -> Task<Void, any Error> {
    Task { _ = try await answer.whole() }
}
