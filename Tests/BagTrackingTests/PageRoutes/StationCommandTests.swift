import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Command cards at the station without script, and what its page goes on showing.
@Suite struct StationCommandTests {
    /// Scans a code by the form of a page, with the fields a browser would send.
    private func scan(
        _ code: String, on page: TestAnswer, _ client: TestClient, undo: String? = nil
    ) async -> TestAnswer {
        await client.submit(
            "/bags/scan",
            [
                "code": code, "parent": page.hiddenField("parent") ?? "",
                "client_scan_id": page.hiddenField("client_scan_id") ?? "",
                "undo": undo ?? page.hiddenField("undo") ?? "",
            ], from: page)
    }

    private func follow(_ answer: TestAnswer, _ client: TestClient) async throws -> TestAnswer {
        #expect(answer.status == 303)
        return await client.get(try #require(answer[header: "location"]))
    }

    /// A station with SB00001 current and bags in it.
    private func station(_ client: TestClient, bags: [String]) async throws -> TestAnswer {
        var page = try await follow(await scan("SB00001", on: await client.get("/bags/scan"), client), client)
        for bag in bags { page = try await follow(await scan(bag, on: page, client), client) }
        return page
    }

    private func load(_ app: AppHarness) async throws -> Int? {
        try await app.database.read {
            try $0.scalar("test.load", "SELECT child_count FROM bags WHERE code = 'SB00001'", as: Int.self)
        }
    }

    @Test("CMD:DONE leaves the sack", arguments: ["CMD:DONE", " cmd:done\r\n"])
    func done(card: String) async throws {
        try await withApp { app in
            let client = try await app.client("dispatcher")
            let answer = await scan(card, on: try await station(client, bags: ["1234567"]), client)
            #expect(answer.status == 303)
            #expect(answer[header: "location"] == "/bags/scan")
        }
    }

    @Test("CMD:UNDO takes the newest bag out, then the one before it", arguments: TestEngine.available)
    func undo(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let client = try await app.client("dispatcher")
            let page = try await station(client, bags: ["1234567", "1234568"])
            let after = try await follow(await scan("CMD:UNDO", on: page, client), client)
            #expect(after.text.contains("data-answer=\"undone\""))
            #expect(after.hiddenField("parent") == "SB00001")
            #expect(try await load(app) == 1)
            let empty = try await follow(await scan("CMD:UNDO", on: after, client, undo: ""), client)
            #expect(empty.text.contains("data-answer=\"undone\""))
            #expect(try await load(app) == 0)
            let refused = await scan("CMD:UNDO", on: empty, client)
            #expect(refused.status == 409)
            #expect(refused.text.contains("Nothing to undo") && refused.text.contains("role=\"alert\""))
            #expect(refused.hiddenField("parent") == "SB00001")
        }
    }

    @Test("the same CMD:UNDO form sent twice undoes one scan", arguments: TestEngine.available)
    func undoTwice(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let client = try await app.client("dispatcher")
            let page = try await station(client, bags: ["1234567", "1234568"])
            let first = await scan("CMD:UNDO", on: page, client)
            let second = await scan("CMD:UNDO", on: page, client)
            #expect(first.status == 303 && first[header: "location"] == second[header: "location"])
            #expect(try await load(app) == 1)
        }
    }

    @Test("CMD:UNDO obeys the rules of undoing")
    func undoRules() async throws {
        try await withApp { app in
            let client = try await app.client("dispatcher")
            let page = try await station(client, bags: ["1234567"])
            app.clock.advance(by: .seconds(3601))
            let late = await scan("CMD:UNDO", on: page, client)
            #expect(late.status == 409 && late.text.contains("Not undone"))
            let other = try await app.client("biller")
            let foreign = await scan(
                "CMD:UNDO", on: await other.get("/bags/scan"), other, undo: page.hiddenField("undo"))
            #expect(foreign.status == 403)
            #expect(try await load(app) == 1)
        }
    }

    @Test("CMD:REPEAT says the last answer again, a refusal too")
    func again() async throws {
        try await withApp { app in
            let client = try await app.client("dispatcher")
            #expect(await scan("CMD:REPEAT", on: await client.get("/bags/scan"), client).status == 303)
            let page = try await station(client, bags: ["1234567"])
            let linked = try await follow(await scan("CMD:REPEAT", on: page, client), client)
            #expect(linked.text.contains("data-answer=\"linked\""))
            #expect(linked.hiddenField("parent") == "SB00001")
            let refused = await scan("SB0001", on: linked, client)
            #expect(refused.status == 422)
            let repeated = try await follow(await scan("CMD:REPEAT", on: refused, client), client)
            #expect(repeated.text.contains("data-answer=\"refused\""))
            #expect(repeated.text.contains("Damaged sack label") && repeated.text.contains("role=\"alert\""))
            #expect(try await load(app) == 1)
        }
    }

    @Test("commands are no scans and leave none")
    func noScans() async throws {
        try await withApp { app in
            let client = try await app.client("dispatcher")
            let page = try await station(client, bags: [])
            for card in ["CMD:DONE", "CMD:UNDO", "CMD:REPEAT"] { _ = await scan(card, on: page, client) }
            let scans = try await app.database.read {
                try $0.scalar("test.scans", "SELECT count(*) FROM scans", as: Int.self)
            }
            #expect(scans == 1)
        }
    }

    @Test("a sack of a product type that was closed can be gone on with, by script as well")
    func closedType() async throws {
        try await withApp { app in
            let client = try await app.client("dispatcher")
            _ = try await station(client, bags: ["1234567"])
            let admin = try await app.client("admin")
            #expect(
                await admin.patch("/bags/api/v1/product-types/mustard", ["is_active": false]).status == 200)
            let page = await client.get("/bags/scan")
            #expect(page.text.contains("data-prefix=\"SB\""))
            let again = try await follow(await scan("SB00001", on: page, client), client)
            let packed = try await follow(await scan("1234568", on: again, client), client)
            #expect(packed.text.contains("2 of 30"))
            #expect(await scan("SB00002", on: packed, client).status == 409)
        }
    }

    @Test(
        "who is moved to another area no longer sees or undoes the scans of the old one",
        arguments: TestEngine.available)
    func movedPerson(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            var client = try await app.client("dispatcher")
            _ = try await station(client, bags: ["1234567"])
            let scan = try #require(await client.get("/bags/api/v1/scans").json["items"]?[0]?["id"]?.string)
            let id = try #require(await client.get("/bags/api/v1/session").json["user"]?["id"]?.string)
            let admin = try await app.client("admin")
            #expect(await admin.patch("/bags/api/v1/users/\(id)", ["area_code": "indore"]).status == 200)
            client = try await app.client("dispatcher")
            for path in ["/bags/scan", "/bags/scans", "/bags/scan?parent=SB00001&scan=\(scan)"] {
                let page = await client.get(path)
                #expect(page.status == 200)
                #expect(!page.text.contains("1234567") && !page.text.contains("/undo\""), "\(path)")
            }
            #expect(await client.get("/bags/api/v1/scans?mine=true").json["items"]?.elements?.isEmpty == true)
            #expect(await client.post("/bags/api/v1/scans/\(scan)/undo").problemCode == "scan_not_found")
            #expect(try await load(app) == 1)
        }
    }
}
