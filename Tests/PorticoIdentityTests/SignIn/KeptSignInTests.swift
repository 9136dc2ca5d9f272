import PorticoHTTP
import PorticoJSON
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

/// How somebody says that they want to stay signed in: by a box on the page, or a member of the request.
@Suite struct KeptSignInTests {
    private static let path = "/bags/api/v1/session"
    private static let offering: Office.Configure = { $0.sessions.kept = .days(90) }

    private func withOwner(
        on engine: TestEngine, configure: @escaping Office.Configure = KeptSignInTests.offering,
        _ body: (Office, Account) async throws -> Void
    ) async throws {
        try await withOffice(on: engine, configure: configure) { office in
            try await body(office, try await office.hire())
        }
    }

    private func submit(
        _ client: TestClient, _ remember: String?, password: String = Office.password
    ) async -> TestAnswer {
        let form = await client.get("/bags/sign-in")
        guard let remember else {
            return await client.submit(
                "/bags/sign-in", ["email": AccountVisitor.email, "password": password], from: form)
        }
        return await client.submit(
            "/bags/sign-in", ["email": AccountVisitor.email, "password": password, "remember": remember], from: form)
    }

    private func isSignedIn(_ client: TestClient) async -> Bool {
        await client.get(Self.path).status == 200
    }

    @Test("offers a box that is not ticked, and says how long it lasts and for which devices")
    func box() async throws {
        try await withOwner(on: .sqlite) { office, _ in
            let client = TestClient(try office.site())
            for target in ["/bags/sign-in", "/bags/sign-in?remember=true"] {
                let page = await client.get(target).text
                #expect(page.contains("<label for=\"f-remember\">Keep me signed in on this device</label>"))
                #expect(page.contains("id=\"f-remember\" aria-describedby=\"f-remember-hint\" name=\"remember\""))
                #expect(page.contains("For 90 days, used or not. Not for a device that others use."))
                #expect(!page.contains(" checked"))
            }
        }
    }

    @Test("keeps whoever ticks the box signed in, and nobody else", arguments: TestEngine.available)
    func ticked(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, _ in
            let (kept, plain) = (TestClient(try office.site()), TestClient(try office.site()))
            let begun = await submit(kept, "true")
            #expect(begun.status == 303 && begun[header: "location"] == "/bags/")
            #expect(begun.sessionCookie?.contains("; Max-Age=7776000;") == true)
            #expect(await submit(plain, nil).sessionCookie?.contains("; Max-Age=2592000;") == true)
            office.clock.advance(by: .hours(13))
            #expect(await isSignedIn(kept))
            #expect(await !isSignedIn(plain))
        }
    }

    @Test("takes nothing but the box's own value for a tick", arguments: ["", "false", "on", "TRUE", "true "])
    func otherValues(_ value: String) async throws {
        try await withOwner(on: .sqlite) { office, _ in
            let answer = await submit(TestClient(try office.site()), value)
            #expect(answer.status == 303 && answer.sessionCookie?.contains("; Max-Age=2592000;") == true)
        }
    }

    @Test("keeps the tick when the form comes back, and ticks nothing by itself")
    func comesBack() async throws {
        try await withOwner(on: .sqlite) { office, _ in
            let client = TestClient(try office.site())
            for password in ["wrong", ""] {
                let ticked = await submit(client, "true", password: password)
                #expect(ticked.text.contains("name=\"remember\" value=\"true\" checked>"))
                let plain = await submit(client, nil, password: password)
                #expect(plain.text.contains("name=\"remember\" value=\"true\">"))
            }
        }
    }

    @Test("shows no box where staying signed in is not offered, and takes the tick for none")
    func notOffered() async throws {
        try await withOwner(on: .sqlite, configure: { $0.sessions.kept = .seconds(0) }) { office, _ in
            let client = TestClient(try office.site())
            #expect(await !client.get("/bags/sign-in").text.contains("remember"))
            #expect(await submit(client, "true").sessionCookie?.contains("; Max-Age=2592000;") == true)
            office.clock.advance(by: .hours(12))
            #expect(await !isSignedIn(client))
        }
    }

    @Test("keeps programs signed in that ask for it, and tells them until when", arguments: TestEngine.available)
    func program(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, _ in
            var body: JSONValue = ["email": .string(AccountVisitor.email), "password": .string(Office.password)]
            let plain = await TestClient(try office.site()).post(Self.path, body)
            #expect(plain.json["expires_at"] == .string((Office.started + .hours(12)).rfc3339))
            body["remember"] = true
            let client = TestClient(try office.site())
            let kept = await client.post(Self.path, body)
            #expect(kept.status == 201 && kept.sessionCookie?.contains("; Max-Age=7776000;") == true)
            #expect(kept.json["expires_at"] == .string((Office.started + .days(90)).rfc3339))
            office.clock.advance(by: .hours(13))
            #expect(await client.get(Self.path).json["expires_at"] == kept.json["expires_at"])
            body["remember"] = false
            let unticked = await TestClient(try office.site()).post(Self.path, body)
            #expect(unticked.sessionCookie?.contains("; Max-Age=2592000;") == true)
        }
    }

    @Test("refuses what is neither true nor false, and lets nobody in by it")
    func wrongType() async throws {
        try await withOwner(on: .sqlite) { office, _ in
            let answer = await TestClient(try office.site()).post(
                Self.path,
                [
                    "email": .string(AccountVisitor.email), "password": .string(Office.password),
                    "remember": "true",
                ])
            #expect(answer.status == 422 && answer.json["errors"]?[0]?["field"] == "remember")
            #expect(try await office.count("sessions") == 0)
        }
    }

    @Test("shows what is kept in the list, and when it ends", arguments: TestEngine.available)
    func list(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, _ in
            let (kept, plain) = (TestClient(try office.site()), TestClient(try office.site()))
            _ = await submit(kept, "true")
            office.clock.advance(by: .minutes(1))
            _ = await submit(plain, nil)
            let items = try #require(await plain.get("/bags/api/v1/sessions").json["items"]?.elements)
            #expect(items.compactMap { $0["kept"]?.bool } == [false, true])
            let ends = [Office.started + .minutes(1) + .hours(12), Office.started + .days(90)]
            #expect(items.compactMap { $0["expires_at"]?.string } == ends.map(\.rfc3339))
            let page = await plain.get(AccountVisitor.path).text
            #expect(page.split(separator: "<span>Kept</span>").count == 2)
            office.clock.advance(by: .hours(13))
            let later = await kept.get("/bags/api/v1/sessions").json["items"]?.elements
            #expect(later?.compactMap { $0["kept"]?.bool } == [true])
            #expect(await kept.get(AccountVisitor.path).text.contains("Nowhere else."))
        }
    }

    @Test("does not call kept what ends by idleness since nobody is offered to stay", arguments: TestEngine.available)
    func listedWithoutOffer(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, _ in
            let kept = try await office.keepSignedIn()
            let cookie = String(kept.cookie.prefix { $0 != ";" })
            let site = try office.site(of: office.anotherNode { $0.sessions.kept = .seconds(0) })
            let item = await TestClient(site).get("/bags/api/v1/sessions", ["cookie": cookie]).json["items"]?[0]
            #expect(item?["kept"] == false)
            #expect(item?["expires_at"] == .string((Office.started + .hours(12)).rfc3339))
        }
    }

    @Test("signs out, and ends from the list, what is kept", arguments: TestEngine.available)
    func ends(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, _ in
            let (mine, kept) = (try await AccountVisitor(office), TestClient(try office.site()))
            _ = await submit(kept, "true")
            let out = await kept.submit("/bags/sign-out", [:], from: await kept.get(AccountVisitor.path))
            #expect(out.status == 303 && out.sessionCookie?.contains("Max-Age=0") == true)
            #expect(await !isSignedIn(kept))
            _ = await submit(kept, "true")
            let items = await mine.client.get("/bags/api/v1/sessions").json["items"]?.elements ?? []
            let id = try #require(items.first { $0["kept"] == true }?["id"]?.string)
            #expect(await mine.submit("/bags/account/sessions/\(id)/end").status == 303)
            #expect(await !isSignedIn(kept))
            _ = await submit(kept, "true")
            #expect(await mine.submit("/bags/account/sessions/end-others").status == 303)
            #expect(await !isSignedIn(kept))
            #expect(await mine.isSignedIn)
        }
    }

    @Test("ends what is kept when an authenticator is added or removed", arguments: TestEngine.available)
    func secondFactor(engine: TestEngine) async throws {
        try await withOwner(on: engine) { office, account in
            let (mine, kept) = (try await AccountVisitor(office), TestClient(try office.site()))
            _ = await submit(kept, "true")
            #expect(await isSignedIn(kept))
            let (phone, _) = try await mine.enrol(account)
            #expect(await !isSignedIn(kept))
            _ = await submit(kept, "true")
            let done = await kept.submit(
                "/bags/sign-in/code", ["code": phone.code], from: await kept.get("/bags/sign-in/code"))
            #expect(done.status == 303)
            #expect(await isSignedIn(kept))
            office.clock.advance(by: .seconds(30))
            let removed = await mine.submit(
                AccountVisitor.factorPath + "/remove", ["password": Office.password, "code": phone.code],
                on: AccountVisitor.factorPath)
            #expect(removed.status == 303)
            #expect(await !isSignedIn(kept))
            #expect(await mine.isSignedIn)
        }
    }
}

extension TestAnswer {
    /// The `Set-Cookie` value about the session.
    var sessionCookie: String? {
        response.headers.values("set-cookie").first { $0.hasPrefix("bags_session=") }
    }
}
