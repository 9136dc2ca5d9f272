import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The routes of the return point.
@Suite struct ReturnRouteTests {
    @Test("tickets are opened, listed, read and closed by those who may", arguments: TestEngine.available)
    func tickets(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let biller = try await app.client("biller")
            let made = await biller.post(
                "/bags/api/v1/returns", ["area_code": "lucknow", "location": " Depot gate ", "consignee": "KSK"])
            #expect(made.status == 201 && made.json["state"] == "open" && made.json["location"] == "Depot gate")
            let address = try #require(made[header: "location"])
            let read = await biller.get(address)
            #expect(read.status == 200 && read.json["items"]?.elements?.isEmpty == true)
            let tag = try #require(read[header: "etag"])
            #expect(await biller.get(address, ["if-none-match": tag]).status == 304)
            let code = try #require(made.json["code"]?.string)
            let list = await biller.get(
                "/bags/api/v1/returns?state=open&q=\(code.prefix(8).lowercased())&area_code=lucknow")
            #expect(list.items("code") == [code])
            #expect(await biller.get("/bags/api/v1/returns?state=committed").items("code").isEmpty)
            #expect(await biller.post("\(address)/commit").problemCode == "ticket_empty")
            #expect(await biller.post("\(address)/scans", ["code": "SB99999"]).problemCode == "parent_not_found")
            #expect(await biller.post("\(address)/scans", ["code": "SB99999", "condition": "mouldy"]).status == 422)
            #expect(await biller.post("\(address)/cancel").json["state"] == "cancelled")
            #expect(await biller.post("\(address)/cancel").problemCode == "ticket_not_open")
            #expect(await biller.get("/bags/api/v1/returns/999").problemCode == "ticket_not_found")
            #expect(try await app.client("dispatcher").get("/bags/api/v1/returns").status == 403)
        }
    }

    @Test(
        "a ticket without a place, or of an area that is none, is refused",
        arguments: [
            ("lucknow", "x", "location"), ("lucknow", "", "location"), ("", "Depot", "area_code"),
            ("nowhere", "Depot", "area_code"),
        ])
    func badTickets(area: String, location: String, field: String) async throws {
        try await withApp { app in
            let answer = await (try app.client("biller")).post(
                "/bags/api/v1/returns", ["area_code": .string(area), "location": .string(location)])
            #expect(answer.status == 422)
            #expect(answer.json["errors"]?.elements?.first?["field"]?.string == field)
        }
    }

    @Test("R15: a batch takes return scans beside others", arguments: TestEngine.available)
    func batch(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let biller = try await app.client("biller")
            let made = await biller.post("/bags/api/v1/returns", ["area_code": "lucknow", "location": "Depot"])
            let id = try #require(made.json["id"]?.string)
            let answer = await biller.post(
                "/bags/api/v1/scans/batch",
                [
                    "items": [
                        ["kind": "parent", "code": "SB00001", "area_code": "lucknow", "client_scan_id": "batch-001"],
                        ["kind": "return", "code": "SB00001", "ticket_id": .string(id), "client_scan_id": "batch-002"],
                        ["kind": "return", "code": "SB00001", "ticket_id": "999", "client_scan_id": "batch-003"],
                    ]
                ])
            let results = answer.json["results"]?.elements ?? []
            #expect(results.compactMap { $0["status"]?.int64 } == [201, 409, 404])
            #expect(results[1]["body"]?["code"] == "not_billed")
        }
    }
}
