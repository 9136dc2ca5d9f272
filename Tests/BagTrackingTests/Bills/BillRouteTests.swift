import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Bills and the gate as clients of the API meet them.
@Suite struct BillRouteTests {
    private static let api = "/bags/api/v1"

    private func send(
        _ client: TestClient, _ method: HTTPMethod, _ path: String, _ body: JSONValue = .object([]),
        _ headers: Headers = [:]
    ) async -> TestAnswer {
        var headers = headers
        headers.add("content-type", "application/json")
        return await client.send(method, "\(BillRouteTests.api)/\(path)", headers, body: body.bytes)
    }

    private func get(_ client: TestClient, _ path: String) async -> TestAnswer {
        await client.get("\(BillRouteTests.api)/\(path)")
    }

    /// A sack of Lucknow with one bag.
    private func pack(_ sack: String, _ bag: String, by client: TestClient) async {
        _ = await send(client, .post, "scans/parent", ["code": .string(sack)])
        _ = await send(client, .post, "scans/child", ["parent": .string(sack), "code": .string(bag)])
    }

    @Test("R22 R23 names every field of a new bill that is wrong", arguments: TestEngine.available)
    func shapes(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let biller = try await app.client("biller")
            func fields(_ body: JSONValue) async -> [String] {
                let answer = await send(biller, .post, "bills", body)
                #expect(answer.status == 422 && answer.problemCode == "validation_failed")
                return (answer.json["errors"]?.elements ?? []).compactMap { $0["field"]?.string }.sorted()
            }
            #expect(await fields([:]) == ["area_code", "capacity", "code"])
            #expect(await fields(["code": "  a ", "capacity": 501, "area_code": "lucknow"]) == ["capacity", "code"])
            for capacity: JSONValue in [0, -1, 501, "x", 2.5] {
                let body: JSONValue = ["code": "LKO 1", "capacity": capacity, "area_code": "lucknow"]
                #expect(await fields(body) == ["capacity"])
            }
            #expect(await fields(["code": "LKO 1", "capacity": 5, "area_code": "atlantis"]) == ["area_code"])
        }
    }

    @Test("R9 a bill exists for its area and the office only", arguments: TestEngine.available)
    func visibility(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let biller = try await app.client("biller")
            let made = await send(
                biller, .post, "bills", ["code": "LKO 1", "capacity": 5, "area_code": "lucknow"])
            #expect(made.status == 201 && made[header: "location"] == "/bags/api/v1/bills/1")
            let far = await send(biller, .post, "bills", ["code": "IND 1", "capacity": 5, "area_code": "indore"])
            #expect(far.json["created_by"]?["name"] == "Test Biller" && far.json["gate_check"] == .null)
            let gate = try await app.client("gatekeeper")
            #expect(await get(gate, "bills/1").status == 200)
            #expect(await get(gate, "bills/2").problemCode == "bill_not_found")
            #expect(await get(gate, "bills/2/parents").status == 404)
            #expect(await send(gate, .post, "bills/2/gate-check").problemCode == "bill_not_found")
            #expect(
                await send(gate, .post, "bills/2/gate-check/scans", ["code": "SB00001"]).problemCode
                    == "bill_not_found")
            #expect(await get(gate, "bills").items("code") == ["LKO 1"])
            #expect(await get(gate, "bills?area_code=indore").status == 404)
            #expect(await get(gate, "resolve?code=IND%201").status == 404)
            #expect(await get(gate, "resolve?code=lko%201").json["url"] == "/bags/bills/1")
            #expect(await send(gate, .post, "bills/1/complete").status == 403)
            #expect(await send(biller, .post, "bills/1/gate-check").status == 403)
            #expect(await send(biller, .post, "bills/1/cancel", ["reason": "No lorry"]).status == 403)
            #expect(await get(biller, "bills/x").status == 404)
        }
    }

    @Test("lists bills newest first by state, code, opener and time, page by page", arguments: TestEngine.available)
    func lists(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let biller = try await app.client("biller")
            let admin = try await app.client("admin")
            for number in 1...5 {
                let client = number == 5 ? admin : biller
                _ = await send(
                    client, .post, "bills",
                    ["code": .string("LKO \(number)"), "capacity": 5, "area_code": "lucknow"])
            }
            _ = await send(biller, .post, "bills", ["code": "Ind_1", "capacity": 5, "area_code": "indore"])
            _ = await send(admin, .post, "bills/2/cancel", ["reason": "No lorry"])
            #expect(await get(biller, "bills?q=lko").items("code") == ["LKO 5", "LKO 4", "LKO 3", "LKO 2", "LKO 1"])
            #expect(await get(biller, "bills?state=cancelled").items("code") == ["LKO 2"])
            #expect(await get(biller, "bills?area_code=indore").items("code") == ["Ind_1"])
            let opener = await get(admin, "session").json["user"]?["id"]?.string ?? ""
            #expect(await get(biller, "bills?created_by=\(opener)").items("code") == ["LKO 5"])
            #expect(await get(biller, "bills?to=2020-01-01").items("code").isEmpty)
            #expect(await get(biller, "bills?state=nonsense").status == 422)
            let first = await get(biller, "bills?limit=4")
            let cursor = try #require(first.json["next_cursor"]?.string)
            #expect(await get(biller, "bills?limit=4&cursor=\(cursor)").items("code") == ["LKO 2", "LKO 1"])
            #expect(await get(biller, "bills?limit=4&q=lko&cursor=\(cursor)").problemCode == "invalid_cursor")
        }
    }

    @Test("an edit with the tag of an older version is stale", arguments: TestEngine.available)
    func stale(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let biller = try await app.client("biller")
            _ = await send(biller, .post, "bills", ["code": "LKO 1", "capacity": 5, "area_code": "lucknow"])
            let tag = try #require(await get(biller, "bills/1")[header: "etag"])
            let changed = await send(biller, .patch, "bills/1", ["capacity": 6], ["if-match": tag])
            #expect(changed.status == 200 && changed.json["capacity"] == 6)
            let stale = await send(biller, .patch, "bills/1", ["capacity": 7], ["if-match": tag])
            #expect(stale.status == 412 && stale.problemCode == "stale")
            let tagNow = try #require(await get(biller, "bills/1")[header: "etag"])
            let cleared = await send(
                biller, .patch, "bills/1", ["consignee": "", "description": "x"], ["if-match": tagNow])
            #expect(cleared.status == 200 && cleared.json["consignee"] == .null)
        }
    }

    @Test("R15 R27 a lorry is loaded, checked with batches, and leaves", arguments: TestEngine.available)
    func wholeWay(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let (packer, biller, gate) = (
                try await app.client("dispatcher"), try await app.client("biller"), try await app.client("gatekeeper")
            )
            for serial in 1...3 { await pack("SB0000\(serial)", "290340\(serial)", by: packer) }
            _ = await send(biller, .post, "bills", ["code": "LKO 1", "capacity": 2, "area_code": "lucknow"])
            let added = await batch(biller, "bill", ["SB00001", "SB00002", "SB00003"])
            #expect(added.statuses == [201, 201, 409])
            #expect(added.body(1)?["bill"]?["linked_count"] == 2)
            #expect(await batch(gate, "bill", ["SB00003"]).statuses == [403])
            #expect(await batch(biller, "bill", ["SB00003"], bill: nil).statuses == [422])
            #expect(await batch(biller, "bill", ["SB00003"], bill: "77").statuses == [404])
            #expect(await send(biller, .post, "bills/1/complete").status == 200)
            #expect(await send(gate, .post, "bills/1/gate-check").status == 201)
            let seen = await batch(gate, "gate", ["SB00001", "SB00003", "SB00001"])
            #expect(seen.statuses == [201, 409, 200])
            let bill = await get(gate, "bills/1").json
            #expect(bill["gate_check"]?["missing_count"] == 1)
            let finding = try #require(bill["gate_check"]?["findings"]?.elements?.first?["id"]?.string)
            let lorry: JSONValue = [
                "vehicle_number": "up-32 ab 1234", "driver_name": "Ram Kumar", "driver_phone": "+919812345678",
            ]
            let early = await send(gate, .post, "bills/1/dispatch", lorry)
            #expect(early.problemCode == "gate_check_incomplete" && early.json["missing"] == ["SB00002"])
            let wrong = await send(
                gate, .post, "bills/1/gate-check/findings/\(finding)/resolve", ["resolution": "ignored"])
            #expect(wrong.status == 422)
            let unloaded = await send(
                gate, .post, "bills/1/gate-check/findings/\(finding)/resolve", ["resolution": "unloaded"])
            #expect(unloaded.status == 200)
            _ = await batch(gate, "gate", ["SB00002"])
            #expect(await send(gate, .post, "bills/1/dispatch", ["driver_name": "R"]).status == 422)
            app.clock.advance(by: .minutes(1))
            let gone = await send(gate, .post, "bills/1/dispatch", lorry)
            #expect(gone.status == 200 && gone.json["vehicle_number"] == "UP32AB1234")
            #expect(gone.json["dispatched"]?["linked_count"] == 2)
            let history = await get(biller, "bags/2903401/history").json["items"]?.elements ?? []
            #expect(history.compactMap { $0["what"]?.string } == ["dispatched", "linked"])
            let sack = await get(biller, "bags/SB00001/history").json["items"]?.elements ?? []
            #expect(
                sack.compactMap { $0["what"]?.string }
                    == ["dispatched", "duplicate", "gate_checked", "billed", "created"])
            #expect(sack.last { $0["what"] == "billed" }?["bill_code"] == "LKO 1")
            #expect(await get(try await app.client("admin"), "stats/verify").json["equal"] == true)
        }
    }

    @Test("lorries that are being checked are on the first page, however many wait", arguments: TestEngine.available)
    func gateList(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            try await app.database.write { transaction in
                for number in 1...121 {
                    let state = number <= 2 ? "loading" : "completed"
                    try transaction.execute(
                        "test.bill",
                        """
                        INSERT INTO bills (code, code_key, state, area_code, capacity, created_by, created_at)
                        VALUES (\("Lorry \(number)."), \("lorry \(number)."), \(state), 'lucknow', 5, 1,
                            \(AppHarness.start))
                        """)
                }
            }
            let gate = try await app.client("gatekeeper")
            var address: String? = "/bags/gate"
            var seen: [Int] = []
            var pages = 0
            while let next = address, pages < 10 {
                let page = await gate.get(next).text
                if pages == 0 { #expect(page.contains("Lorry 1.<") && page.contains("Lorry 2.<")) }
                seen += (1...121).filter { page.contains(">Lorry \($0).<") }
                address = page.firstMatch(of: /href="(\/bags\/gate\?cursor=[^"]*)"/).map { String($0.1) }
                pages += 1
            }
            #expect(pages == 3 && seen.sorted() == Array(1...121))
            #expect(await gate.get("/bags/gate?cursor=x").status == 422)
        }
    }

    private struct Batch {
        let answer: TestAnswer
        var statuses: [Int64] { (answer.json["results"]?.elements ?? []).compactMap { $0["status"]?.int64 } }
        func body(_ index: Int) -> JSONValue? { answer.json["results"]?.elements?[index]["body"] }
    }

    private func batch(
        _ client: TestClient, _ kind: String, _ codes: [String], bill: String? = "1"
    ) async -> Batch {
        let items = codes.map { code -> JSONValue in
            var item: JSONValue = [
                "kind": .string(kind), "code": .string(code),
                "client_scan_id": .string(UUIDv7(at: AppHarness.start).description),
            ]
            item["bill_id"] = bill.map { .string($0) }
            return item
        }
        return Batch(answer: await send(client, .post, "scans/batch", ["items": .array(items)]))
    }
}
