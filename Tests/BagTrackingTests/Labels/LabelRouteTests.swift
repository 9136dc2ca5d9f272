import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Labels as drawings and on paper, as clients get them (rule R43).
@Suite struct LabelRouteTests {
    private static let sheet = "/bags/api/v1/labels/sheet"

    @Test("R43: a drawing is one path of whole modules within a quiet zone of four, kept for a day")
    func drawing() async throws {
        try await withApp { app in
            let table = try await app.client("dispatcher")
            let answer = await table.get("/bags/api/v1/labels/SB00001.svg?size_mm=25")
            #expect(answer.status == 200 && answer[header: "content-type"] == "image/svg+xml; charset=utf-8")
            #expect(answer[header: "cache-control"] == "private, max-age=86400")
            #expect(answer.text.contains("width=\"25mm\"") && answer.text.contains("viewBox=\"0 0 29 29\""))
            #expect(answer.text.components(separatedBy: "<path") == 2)
            let path = try #require(answer.text.firstMatch(of: /\ d="([^"]+)"/)?.1)
            #expect(path.wholeMatch(of: /(M\d+ \d+h\d+v1h-\d+z)+/) != nil)
            let tag = try #require(answer[header: "etag"])
            let again = await table.get("/bags/api/v1/labels/SB00001.svg?size_mm=25", ["if-none-match": tag])
            #expect(again.status == 304)
        }
    }

    @Test("R43: a drawing of what is no code is not found, of a wrong size refused, and of a sack not yet there made")
    func drawings() async throws {
        try await withApp { app in
            let table = try await app.client("dispatcher")
            for code in ["SB1234", "abc", "389012340000000016"] {
                let answer = await table.get("/bags/api/v1/labels/\(code).svg")
                #expect(answer.status == 404 && answer.problemCode == "unknown_code", "\(code)")
            }
            for size in ["9", "201", "x"] {
                #expect(await table.get("/bags/api/v1/labels/SB00001.svg?size_mm=\(size)").status == 422)
            }
            for code in ["M444-00001", "2903411", "389012340000000015", "CMD%3AUNDO"] {
                #expect(await table.get("/bags/api/v1/labels/\(code).svg").status == 200, "\(code)")
            }
            let gate = try await app.client("gatekeeper")
            #expect(await gate.get("/bags/api/v1/labels/SB00001.svg").status == 403)
        }
    }

    @Test("R43: a sheet is PDF 1.4 without object streams, a page for every 24, 8 or 1 labels")
    func sheets() async throws {
        try await withApp { app in
            let table = try await app.client("dispatcher")
            for (layout, pages) in [("a4-24", 2), ("a4-8", 4), ("roll-100x50", 25)] {
                let answer = await table.post(
                    LabelRouteTests.sheet,
                    ["product_type": "mustard", "first_serial": 1, "count": 25, "layout": .string(layout)])
                #expect(answer.status == 200 && answer[header: "content-type"] == "application/pdf")
                let text = String(decoding: answer.bytes, as: UTF8.self)
                #expect(text.hasPrefix("%PDF-1.4\n") && text.hasSuffix("%%EOF\n"))
                #expect(!text.contains("ObjStm") && text.contains("/Count \(pages)/"))
                #expect(text.contains("(SB00025) Tj"))
            }
        }
    }

    @Test("R43: codes are given, or a product with a first number and a count; never both, never neither")
    func choices() async throws {
        try await withApp { app in
            let table = try await app.client("dispatcher")
            let wrong: [(body: JSONValue, field: String)] = [
                (["layout": "a4-24"], "codes"), (["codes": ["SB00001"]], "layout"),
                (["layout": "a5", "codes": ["SB00001"]], "layout"),
                (["layout": "a4-24", "codes": .array([])], "codes"),
                (["layout": "a4-24", "codes": ["SB00001", 7]], "codes"),
                (["layout": "a4-24", "codes": ["SB00001", "SB1234"]], "codes[1]"),
                (["layout": "a4-24", "codes": ["SB00001"], "count": 3], "count"),
                (["layout": "a4-24", "product_type": "mustard", "count": 3], "first_serial"),
                (["layout": "a4-24", "product_type": "wheat", "first_serial": 1, "count": 3], "product_type"),
                (["layout": "a4-24", "product_type": "mustard", "first_serial": 1, "count": 1001], "count"),
                (["layout": "a4-24", "product_type": "mustard", "first_serial": 99_999, "count": 2], "first_serial"),
                (["layout": "a4-24", "codes": .array((0...1000).map { .string("SB\(10_000 + $0)") })], "codes"),
            ]
            for (body, field) in wrong {
                let answer = await table.post(LabelRouteTests.sheet, body)
                #expect(answer.status == 422 && answer.problemCode == "validation_failed", "\(body)")
                #expect(answer.json["errors"]?[0]?["field"]?.string == field, "\(body): \(answer.text)")
            }
        }
    }

    @Test("R43, R9: the area of a registered sack is printed for those who may see it", arguments: TestEngine.available)
    func areas(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let (near, far) = (try await app.client("dispatcher"), try await app.client("dispatcher.indore"))
            _ = await near.post("/bags/api/v1/scans/parent", ["code": "SB00001"])
            let body: JSONValue = ["codes": ["SB00001", "SB00002"], "layout": "roll-100x50"]
            let own = await near.post(LabelRouteTests.sheet, body)
            #expect(String(decoding: own.bytes, as: UTF8.self).components(separatedBy: "(Lucknow) Tj") == 2)
            let others = await far.post(LabelRouteTests.sheet, body)
            #expect(others.status == 200)
            #expect(String(decoding: others.bytes, as: UTF8.self).components(separatedBy: "(Lucknow) Tj") == 1)
        }
    }

    @Test("R43, R44: printing registers nothing and is written down", arguments: TestEngine.available)
    func audited(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let table = try await app.client("dispatcher")
            _ = await table.post(
                LabelRouteTests.sheet, ["product_type": "moong", "first_serial": 7, "count": 2, "layout": "a4-8"])
            _ = await table.post(LabelRouteTests.sheet, ["codes": ["CMD:UNDO", "2903411"], "layout": "a4-8"])
            let (rows, bags) = try await app.database.read { reading in
                (
                    try reading.all(
                        "test.printed",
                        "SELECT entity_type, entity_id, after FROM audit_rows WHERE action = 'label.printed' ORDER BY seq"
                    ) { (try $0[0] as String, try $0[1] as String, try $0[2] as String) },
                    try reading.scalar("test.bags", "SELECT count(*) FROM bags", as: Int.self)
                )
            }
            #expect(bags == 0 && rows.count == 2)
            #expect(rows.map(\.0) == ["label", "label"] && rows.map(\.1) == ["M444-00007", "CMD:UNDO"])
            let (range, codes) = (
                try JSONValue(parsing: Array(rows[0].2.utf8)), try JSONValue(parsing: Array(rows[1].2.utf8))
            )
            #expect(range["count"] == 2 && range["last"] == "M444-00008" && range["codes"] == nil)
            #expect(codes["codes"] == ["CMD:UNDO", "2903411"] && codes["layout"] == "a4-8")
        }
    }

    @Test("R43: the page shows what will be printed, keeps what was typed, and prints")
    func page() async throws {
        try await withApp { app in
            let table = try await app.client("dispatcher")
            let page = await table.get("/bags/labels")
            #expect(page.status == 200)
            for card in ["CMD:UNDO", "CMD:DONE", "CMD:REPEAT"] { #expect(page.text.contains(card)) }
            let fields: KeyValuePairs = [
                "product_type": "mustard", "first_serial": "41", "count": "30", "layout": "a4-24",
            ]
            let preview = await table.submit("/bags/labels", fields, from: page)
            #expect(
                preview.status == 200 && preview.text.contains("SB00041") && preview.text.contains("And 6 more labels"))
            #expect(preview.text.contains("30 labels") && preview.text.contains("2 pages"))
            let wrong = await table.submit(
                "/bags/labels", ["codes": "SB00001\r\nSB1234\r\n", "layout": "a4-8", "do": "print"], from: page)
            #expect(wrong.status == 422 && wrong.text.contains("role=\"alert\"") && wrong.text.contains("SB1234"))
            let none = await table.submit("/bags/labels", ["product_type": "mustard", "layout": "a4-24"], from: page)
            #expect(none.status == 422 && none.text.contains("Enter the first number"))
            let printed = await table.submit(
                "/bags/labels", ["codes": "SB00001\r\n\r\nSB00002", "layout": "a4-8", "do": "print"], from: page)
            #expect(printed.status == 200 && printed[header: "content-type"] == "application/pdf")
            #expect(printed.bytes.starts(with: "%PDF-1.4".utf8))
        }
    }

    @Test("the page of a sack shows its label to those who may print")
    func detail() async throws {
        try await withApp { app in
            let table = try await app.client("dispatcher")
            _ = await table.post("/bags/api/v1/scans/parent", ["code": "SB00001"])
            let page = await table.get("/bags/bags/SB00001")
            #expect(page.text.contains("Print the label") && page.text.contains("class=\"qr\""))
            #expect(!(await (try app.client("gatekeeper")).get("/bags/bags/SB00001").text.contains("Print the label")))
        }
    }
}

extension String {
    /// How many parts a text has between occurrences of another.
    fileprivate func components(separatedBy part: String) -> Int {
        ranges(of: part).count + 1
    }
}
