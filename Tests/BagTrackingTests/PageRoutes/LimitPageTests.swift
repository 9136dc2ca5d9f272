import Portico
import PorticoTesting
import Testing

@testable import BagTracking

@Suite struct LimitPageTests {
    private static let path = "/bags/limits"
    private static let limit = "bags.admin"

    private func withDesk(
        on engine: TestEngine = .sqlite, _ body: (AppHarness, LimitDesk, TestClient) async throws -> Void
    ) async throws {
        try await withApp(on: engine) { app async throws in
            let desk = app.environment.limits
            try await desk.open(app.mount)
            try await body(app, desk, try await app.client("admin"))
        }
    }

    private func change(
        _ client: TestClient, quota: String = "900", window: String = "60", burst: String = "90",
        mode: String = "enforced", of limit: String = LimitPageTests.limit
    ) async -> TestAnswer {
        await client.submit(
            "\(Self.path)/\(limit)", ["quota": quota, "window_seconds": window, "burst": burst, "mode": mode],
            from: await client.get(Self.path))
    }

    @Test("shows every limit with its terms, routes and counts, and says what a burst is")
    func shows() async throws {
        try await withDesk { _, desk, admin async throws in
            let page = await admin.get(Self.path)
            #expect(page.status == 200)
            #expect(!desk.standings.isEmpty)
            for standing in desk.standings {
                #expect(page.text.contains("id=\"\(LimitsPage.scope(standing.name))\""))
                #expect(page.text.contains(LimitsPage.words(standing.declared)))
                #expect(standing.routes.allSatisfy { page.text.contains(">\($0)</li>") })
            }
            #expect(page.text.contains("How many requests may come at once after a quiet time."))
            #expect(page.text.contains("Would have refused"))
            #expect(await admin.get("/bags/settings").text.contains("href=\"/bags/limits\""))
        }
    }

    @Test("changes a limit at once and puts it back", arguments: TestEngine.available)
    func changes(engine: TestEngine) async throws {
        try await withDesk(on: engine) { _, desk, admin async throws in
            let declared = try desk.standing(Self.limit).declared
            let changed = await change(admin, mode: "shadow")
            #expect(changed.status == 303 && changed[header: "location"] == "\(Self.path)?done=limit")
            let standing = try desk.standing(Self.limit)
            #expect(standing.terms == LimitTerms(quota: 900, windowSeconds: 60, burst: 90, mode: .shadow))
            #expect(standing.report?.rule.quota == 900 && standing.report?.rule.mode == .shadow)
            let page = await admin.get("\(Self.path)?done=limit")
            #expect(page.text.contains("The limit is changed") && page.text.contains("900 in 60 s, burst 90"))
            #expect(page.text.contains("Only watched"))
            let back = await admin.submit("\(Self.path)/\(Self.limit)/reset", [:], from: page)
            #expect(back.status == 303)
            #expect(try desk.standing(Self.limit).terms == declared)
            #expect(try desk.standing(Self.limit).changed == nil)
        }
    }

    @Test(
        "a form comes back open with what was typed and what is wrong",
        arguments: [
            ("quota", "0"), ("quota", "many"), ("quota", "2147483648"), ("window_seconds", ""),
            ("window_seconds", "31622401"), ("burst", "-1"), ("mode", "sometimes"),
        ])
    func refusals(field: String, typed: String) async throws {
        try await withDesk { _, desk, admin async throws in
            let answer = await change(
                admin, quota: field == "quota" ? typed : "900", window: field == "window_seconds" ? typed : "60",
                burst: field == "burst" ? typed : "77", mode: field == "mode" ? typed : "shadow")
            #expect(answer.status == 422 && answer.text.contains("role=\"alert\""))
            let scope = LimitsPage.scope(Self.limit)
            #expect(answer.text.contains("id=\"\(scope)\" open"))
            if field != "burst" { #expect(answer.text.contains("value=\"77\"")) }
            #expect(try desk.standing(Self.limit).changed == nil)
        }
    }

    @Test("a limit nobody declares is not found; who only reads sees no forms; a forged form does nothing")
    func strangers() async throws {
        try await withDesk { app, desk, admin async throws in
            #expect(await change(admin, of: "bags.nothing").status == 404)
            for role in ["dispatcher", "biller"] {
                #expect(await (try app.client(role)).get(Self.path).status == 403)
            }
            let browser = app.stranger()
            let signedIn = await browser.submit(
                "/bags/sign-in", ["email": "admin@bags.demo", "password": AppHarness.password],
                from: await browser.get("/bags/sign-in"))
            #expect(signedIn.status == 303)
            let forged = await browser.send(
                .post, "\(Self.path)/\(Self.limit)", ["content-type": "application/x-www-form-urlencoded"],
                body: Array("quota=1&window_seconds=1&burst=1&mode=off".utf8))
            #expect(forged.status == 403)
            #expect(try desk.standing(Self.limit).changed == nil)
        }
    }
}
