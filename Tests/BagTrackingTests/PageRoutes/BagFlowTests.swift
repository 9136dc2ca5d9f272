import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The list and the pages of sacks and bags, and their forms.
@Suite struct BagFlowTests {
    /// Registers a sack with bags in it, by the API.
    private func fill(_ sack: String, _ bags: [String], _ client: TestClient) async {
        _ = await client.post("/bags/api/v1/scans/parent", ["code": .string(sack)])
        for bag in bags {
            _ = await client.post(
                "/bags/api/v1/scans/child", ["parent": .string(sack), "code": .string(bag)])
        }
    }

    @Test("the office moves, unlinks, holds, numbers, retires and restores by forms", arguments: TestEngine.available)
    func corrections(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let table = try await app.client("dispatcher")
            await fill("SB00001", ["1234567", "1234568"], table)
            await fill("SB00002", [], table)
            let office = try await app.client("admin")
            let deeds: [(path: String, fields: KeyValuePairs<String, String>, says: String)] = [
                ("1234567/move", ["to_parent": "sb00002", "reason": "wrong sack"], "Moved"),
                ("1234567/unlink", ["reason": "torn label"], "Taken out of its sack"),
                ("1234567/retire", [:], "Retired"), ("1234567/restore", [:], "Restored"),
                ("SB00001/hold", ["reason": "seams open"], "Put on hold"), ("SB00001/release", [:], "Hold lifted"),
                ("SB00001/sscc", ["sscc": ""], "SSCC assigned"), ("SB00001/sscc/release", [:], "SSCC released"),
                ("SB00001/empty", ["reason": "wrong product"], "Emptied"),
            ]
            for deed in deeds {
                let code = deed.path.prefix { $0 != "/" }
                let page = await office.get("/bags/bags/\(code)")
                let answer = await office.submit("/bags/bags/\(deed.path)", deed.fields, from: page)
                #expect(answer.status == 303, "\(deed.path): \(answer.status)")
                let after = await office.get(try #require(answer[header: "location"]))
                #expect(after.status == 200)
                #expect(after.text.contains(deed.says), "\(deed.path)")
            }
        }
    }

    @Test(
        "a refused form comes back with the status of the API, what was typed, and why",
        arguments: [
            ("1234567/move", "to_parent", "SB99999", 404), ("1234567/move", "to_parent", "nonsense", 422),
            ("1234567/unlink", "reason", "x", 422), ("SB00001/sscc", "sscc", "389012340000000012", 422),
            ("SB00001/retire", "cascade", "", 409), ("SB00001/hold", "reason", "<b>", 303),
        ])
    func refusals(path: String, field: String, typed: String, status: Int) async throws {
        try await withApp { app in
            await fill("SB00001", ["1234567"], try await app.client("dispatcher"))
            let office = try await app.client("biller")
            let reason = field == "reason" ? typed : "wrong sack"
            let answer = await office.submit("/bags/bags/\(path)", [field: typed, "reason": reason])
            #expect(answer.status == status)
            guard status == 409 || status == 422 else { return }
            #expect(answer.text.contains("role=\"alert\""))
            if !typed.isEmpty { #expect(answer.text.contains("value=\"\(typed)\"")) }
        }
    }

    @Test(
        "no page and no list takes more than five statements, the session's among them", arguments: TestEngine.available
    )
    func statements(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            await fill("SB00001", ["1234567", "1234568"], try await app.client("dispatcher"))
            let office = try await app.client("biller")
            for path in ["bags", "bags?q=SB0", "bags/SB00001", "bags/1234567", "scans", "bills", "find?code=1234567"] {
                let page = try await app.database.budget(5, for: path) { await office.get("/bags/\(path)") }
                #expect(page.status == 200 || page.status == 303, "\(path)")
            }
        }
    }

    @Test("a form sent twice with its key acts once")
    func doubleClick() async throws {
        try await withApp { app in
            await fill("SB00001", ["1234567"], try await app.client("dispatcher"))
            let office = try await app.client("biller")
            let page = await office.get("/bags/bags/1234567")
            let key = try #require(page.hiddenField("idempotency_key"))
            let fields: KeyValuePairs = ["reason": "torn label", "idempotency_key": key]
            let first = await office.submit("/bags/bags/1234567/unlink", fields, from: page)
            let second = await office.submit("/bags/bags/1234567/unlink", fields, from: page)
            #expect(first.status == 303)
            #expect(second.status == 303)
            #expect(second[header: "idempotent-replay"] == "true")
        }
    }

    @Test("bags of another area do not exist for a dispatcher")
    func otherArea() async throws {
        try await withApp { app in
            await fill("SB00001", ["1234567"], try await app.client("dispatcher"))
            let other = try await app.client("dispatcher.indore")
            #expect(await other.get("/bags/bags/SB00001").status == 404)
            #expect(await other.get("/bags/find?code=1234567").status == 404)
            #expect(await other.get("/bags/id/obj/1234567").status == 404)
            #expect(await other.get("/bags/bags?area_code=lucknow").status == 404)
            #expect(!(await other.get("/bags/bags").text.contains("SB00001")))
            #expect(!(await other.get("/bags/scans?mine=false").text.contains("SB00001")))
        }
    }

    @Test("a code that nothing has is no dead end: its error page has the places of the role and the any-code box")
    func deadEnd() async throws {
        try await withApp { app in
            let table = try await app.client("dispatcher")
            let page = await table.get("/bags/bags/SB99999", ["accept": "text/html"])
            #expect(page.status == 404)
            #expect(page.text.contains("action=\"/bags/find\" role=\"search\""))
            #expect(page.text.contains("href=\"/bags/scan\"") && !page.text.contains("href=\"/bags/users\""))
            #expect(await table.submit("/bags/sign-out", [:], from: page).status == 303)
        }
    }

    @Test("identifiers lead to the pages of what they name")
    func identifiers() async throws {
        try await withApp { app in
            let client = try await app.client("dispatcher")
            await fill("SB00001", ["1234567"], client)
            let answers = [
                ("obj/sb00001", "/bags/bags/SB00001"), ("obj/1234567", "/bags/bags/1234567"),
                ("loc/lucknow", "/bags/bags?area_code=lucknow"),
            ]
            for (identifier, page) in answers {
                let answer = await client.get("/bags/id/\(identifier)")
                #expect(answer.status == 303)
                #expect(answer[header: "location"] == page)
            }
            for identifier in ["obj/SB00002", "loc/indore", "loc/nowhere", "bt/1", "other/1"] {
                #expect(await client.get("/bags/id/\(identifier)").status == 404)
            }
        }
    }

    @Test(
        "lists narrow, and say which filter is wrong",
        arguments: [
            ("kind=parent", 200, true), ("kind=child", 200, true), ("q=SB0", 200, true), ("q=*0001", 200, true),
            ("status=loose", 200, false), ("hold=true", 200, false), ("kind=box", 422, false), ("q=*1", 422, false),
            ("created_from=2026-02-30", 422, false), ("created_from=2026-11-21&created_to=2026-11-20", 422, false),
            ("billed=maybe", 422, false), ("cursor=nonsense", 422, false),
        ])
    func lists(query: String, status: Int, hasSack: Bool) async throws {
        try await withApp { app in
            let client = try await app.client("dispatcher")
            await fill("SB00001", ["1234567"], client)
            let answer = await client.get("/bags/bags?\(query)")
            #expect(answer.status == status)
            #expect(answer.text.contains("/bags/bags/SB00001") == hasSack)
        }
    }

    @Test("the history goes by person or by area, and a refused undo says why")
    func history() async throws {
        try await withApp { app in
            let client = try await app.client("dispatcher")
            await fill("SB00001", ["1234567"], client)
            #expect(await client.get("/bags/scans").text.contains("1234567"))
            #expect(await client.get("/bags/scans?outcome=linked&kind=child&code=1234567").text.contains("1234567"))
            #expect(await client.get("/bags/scans?from=yesterday").status == 422)
            let page = await client.get("/bags/scans")
            let undo = String(try #require(page.text.firstMatch(of: /action="(\/bags\/scans\/[0-9]+\/undo)"/)).1)
            app.clock.advance(by: .hours(2))
            let late = await client.submit(undo, ["next": "/bags/scans"], from: page)
            #expect(late.status == 409)
            #expect(late.text.contains("Not undone"))
            #expect(await client.submit("/bags/scans/999999/undo", [:]).status == 404)
        }
    }

    @Test(
        "after an undo nobody is sent to another site",
        arguments: [
            ("/bags/scans?mine=false", "/bags/scans?mine=false"), ("//evil.example/", "/bags/scans"),
            ("https://evil.example/", "/bags/scans"), ("/bags//evil.example", "/bags/scans"),
            ("/bags/\\evil.example", "/bags/scans"), ("/other", "/bags/scans"), ("", "/bags/scans"),
        ])
    func next(typed: String, path: String) {
        #expect(PagePath.checked(typed, mount: "/bags", or: "/bags/scans") == path)
    }
}
