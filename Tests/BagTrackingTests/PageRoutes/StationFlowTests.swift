import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The packing station without script.
@Suite struct StationFlowTests {
    /// Scans a code by the form of a page.
    private func scan(_ code: String, on page: TestAnswer, _ client: TestClient) async -> TestAnswer {
        await client.submit(
            "/bags/scan",
            [
                "code": code, "parent": page.hiddenField("parent") ?? "",
                "client_scan_id": page.hiddenField("client_scan_id") ?? "",
            ], from: page)
    }

    /// Follows the redirect of an answer.
    private func follow(_ answer: TestAnswer, _ client: TestClient) async throws -> TestAnswer {
        await client.get(try #require(answer[header: "location"]))
    }

    @Test(
        "a sack becomes the current one, a bag goes into it, and the scan can be undone",
        arguments: TestEngine.available)
    func journey(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let client = try await app.client("dispatcher")
            let empty = await client.get("/bags/scan")
            #expect(empty.status == 200)
            let sack = await scan("sb00001", on: empty, client)
            #expect(sack.status == 303)
            #expect(sack[header: "location"]?.hasPrefix("/bags/scan?parent=SB00001&scan=") == true)
            let ready = try await follow(sack, client)
            #expect(ready.hiddenField("parent") == "SB00001")
            #expect(ready.text.contains("data-answer=\"sack\""))
            let bag = await scan("1234567", on: ready, client)
            #expect(bag.status == 303)
            let packed = try await follow(bag, client)
            #expect(packed.text.contains("data-answer=\"linked\""))
            #expect(packed.text.contains("1 of 30"))
            let undo = try #require(packed.text.firstMatch(of: /action="(\/bags\/scans\/[0-9]+\/undo)"/)).1
            let undone = await client.submit(String(undo), ["next": "/bags/scan?parent=SB00001"], from: packed)
            #expect(undone.status == 303)
            let after = try await follow(undone, client)
            #expect(after.text.contains("data-answer=\"undone\""))
            #expect(after.text.contains("0 of 30"))
            let sought = await client.get("/bags/find?code=1234567")
            #expect(sought.status == 200)
            #expect(sought.text.contains("Loose"))
        }
    }

    @Test("the sack that a bag fills is announced as full, and the next bag is refused")
    func full() async throws {
        try await withApp { app in
            let client = try await app.client("dispatcher")
            var page = try await follow(await scan("M444-00001", on: await client.get("/bags/scan"), client), client)
            for number in 0..<15 {
                page = try await follow(await scan("55500\(10 + number)", on: page, client), client)
            }
            #expect(page.text.contains("data-answer=\"full\""))
            #expect(page.text.contains("Full: 15 of 15"))
            let refused = await scan("5550099", on: page, client)
            #expect(refused.status == 409)
            #expect(refused.text.contains("data-answer=\"refused\""))
        }
    }

    @Test(
        "a refusal has the status of the API, keeps the typed code and alerts",
        arguments: [
            ("SB123", 422), ("??", 422), ("", 422), ("389012340000000012", 422), ("SB00001", 303),
        ])
    func refusals(code: String, status: Int) async throws {
        try await withApp { app in
            let client = try await app.client("dispatcher")
            let page = try await follow(await scan("SB00002", on: await client.get("/bags/scan"), client), client)
            let answer = await scan(code, on: page, client)
            #expect(answer.status == status)
            guard status != 303 else { return }
            #expect(answer.text.contains("role=\"alert\""))
            #expect(answer.text.contains("name=\"code\" type=\"text\" value=\"\(code)\""))
            #expect(answer.hiddenField("parent") == "SB00002")
            #expect(answer.hiddenField("client_scan_id") != page.hiddenField("client_scan_id"))
        }
    }

    @Test("a bag without a current sack is refused in words")
    func noSack() async throws {
        try await withApp { app in
            let client = try await app.client("dispatcher")
            let answer = await scan("1234567", on: await client.get("/bags/scan"), client)
            #expect(answer.status == 422)
            #expect(answer.text.contains("Scan a sack first"))
        }
    }

    @Test("a bag in another sack is told with where it is")
    func elsewhere() async throws {
        try await withApp { app in
            let client = try await app.client("dispatcher")
            var page = try await follow(await scan("SB00001", on: await client.get("/bags/scan"), client), client)
            page = try await follow(await scan("1234567", on: page, client), client)
            page = try await follow(await scan("SB00002", on: page, client), client)
            let answer = await scan("1234567", on: page, client)
            #expect(answer.status == 409)
            #expect(answer.text.contains("In another sack"))
            #expect(answer.text.contains("href=\"/bags/bags/SB00001\""))
        }
    }

    @Test("the same form sent twice acts once")
    func twice() async throws {
        try await withApp { app in
            let client = try await app.client("dispatcher")
            let page = await client.get("/bags/scan")
            let first = await scan("SB00001", on: page, client)
            let second = await scan("SB00001", on: page, client)
            #expect(first[header: "location"] == second[header: "location"])
        }
    }

    @Test("people of all areas choose the area of a new sack")
    func areas() async throws {
        try await withApp { app in
            let client = try await app.client("biller")
            let page = await client.get("/bags/scan")
            #expect(page.text.contains("name=\"area_code\""))
            let missing = await scan("SB00001", on: page, client)
            #expect(missing.status == 422)
            let chosen = await client.submit("/bags/scan", ["code": "SB00001", "area_code": "hisar"], from: missing)
            #expect(chosen.status == 303)
            #expect(try await follow(chosen, client).text.contains("value=\"hisar\" selected"))
        }
    }

    @Test("what was typed is escaped wherever it is shown")
    func escaping() async throws {
        try await withApp { app in
            let client = try await app.client("dispatcher")
            let page = try await follow(await scan("SB00001", on: await client.get("/bags/scan"), client), client)
            let attack = "<script>alert(1)</script>\"'&"
            for answer in [
                await scan(attack, on: page, client), await client.get("/bags/scan"),
                await client.get("/bags/find?code=\(PercentCoding.encode(attack))"), await client.get("/bags/scans"),
                await client.get("/bags/scans?code=\(PercentCoding.encode(attack))"),
                await client.get("/bags/bags?q=\(PercentCoding.encode(attack))"),
            ] {
                #expect(!answer.text.contains("<script>alert"))
                #expect(!answer.text.lowercased().contains("<script>alert"))
            }
        }
    }

    @Test("the station may use the camera, other pages may not")
    func camera() async throws {
        try await withApp { app in
            let client = try await app.client("dispatcher")
            #expect(await client.get("/bags/scan")[header: "permissions-policy"]?.contains("camera=(self)") == true)
            #expect(await client.get("/bags/find")[header: "permissions-policy"]?.contains("camera=(self)") == true)
            #expect(await client.get("/bags/scans")[header: "permissions-policy"]?.contains("camera=(self)") == false)
        }
    }

    @Test("a form without the page's token is refused")
    func forgery() async throws {
        try await withApp { app in
            let client = try await app.client("dispatcher")
            let answer = await client.send(
                .post, "/bags/scan", ["content-type": "application/x-www-form-urlencoded", "x-csrf-token": "wrong"],
                body: Array("code=SB00001".utf8))
            #expect(answer.status == 403)
            #expect(answer.text.contains("<!doctype html>"))
        }
    }

    @Test("the end of a code with a star leads to the list of all codes that end so")
    func endings() async throws {
        try await withApp(on: .sqlite) { app in
            let found = await (try await app.client("dispatcher")).get("/bags/find?code=*0001")
            #expect(found.status == 303)
            #expect(found[header: "location"] == "/bags/bags?q=%2A0001")
        }
    }

    @Test("HEAD answers as GET does", arguments: ["/bags/scan", "/bags/scans", "/bags/find", "/bags/bags", "/bags/"])
    func head(path: String) async throws {
        try await withApp { app in
            let client = try await app.client("dispatcher")
            let answer = await client.send(.head, path, [:], body: [])
            #expect(answer.status == 200)
            #expect(answer[header: "content-type"] == "text/html; charset=utf-8")
        }
    }
}
