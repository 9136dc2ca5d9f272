import PorticoHTTP
import PorticoJSON
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct OwnSessionRouteTests {
    private static let path = "/bags/api/v1/sessions"
    private static let email = "asha@example.org"

    private func client(_ office: Office, _ email: String = OwnSessionRouteTests.email) async throws -> TestClient {
        let client = TestClient(try office.site())
        try await client.signIn(email, Office.password, at: "/bags")
        return client
    }

    private func token(_ office: Office) async throws -> Headers {
        let answer = await TestClient(try office.site()).post(
            "/bags/api/v1/tokens", ["email": .string(Self.email), "password": .string(Office.password)],
            ["user-agent": "Scanner/2"])
        return ["authorization": "Bearer \(try #require(answer.json["access_token"]?.string))"]
    }

    private func isKnown(_ client: TestClient, _ headers: Headers = [:]) async -> Bool {
        await client.get("/bags/api/v1/session", headers).status == 200
    }

    @Test("lists browsers and programs, the last used first, page by page", arguments: TestEngine.available)
    func list(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            _ = try await office.hire("ben@example.org")
            _ = try await client(office, "ben@example.org")
            let first = try await client(office)
            office.clock.advance(by: .seconds(1))
            let program = try await token(office)
            office.clock.advance(by: .seconds(1))
            _ = try await client(office)
            let all = await first.get(Self.path)
            let items = try #require(all.json["items"]?.elements)
            #expect(items.compactMap { $0["kind"]?.string } == ["browser", "program", "browser"])
            #expect(items.compactMap { $0["current"]?.bool } == [false, false, true])
            #expect(items[1]["user_agent"] == "Scanner/2")
            #expect(items[1]["expires_at"] == .string((Office.started + .seconds(1) + .days(7)).rfc3339))
            #expect(items[2]["expires_at"] == .string((Office.started + .hours(12)).rfc3339))
            var found: [JSONValue] = []
            var cursor = ""
            repeat {
                let page = await first.get("\(Self.path)?limit=1\(cursor)")
                found += page.json["items"]?.elements ?? []
                cursor = page.json["next_cursor"]?.string.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(found == items)
            #expect(await first.get(Self.path + "?cursor=AAAA").problemCode == "invalid_cursor")
            let byProgram = await TestClient(try office.site()).get(Self.path, program)
            #expect(byProgram.json["items"]?.elements?.compactMap { $0["current"]?.bool } == [false, true, false])
        }
    }

    @Test("lists nothing that has ended", arguments: TestEngine.available)
    func ended(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            _ = try await client(office)
            _ = try await token(office)
            office.clock.advance(by: .hours(12))
            let later = try await client(office)
            let kinds = await later.get(Self.path).json["items"]?.elements?.compactMap { $0["kind"]?.string }
            #expect(kinds == ["browser", "program"])
            office.clock.advance(by: .days(7))
            let last = try await client(office)
            #expect(await last.get(Self.path).json["items"]?.elements?.count == 1)
        }
    }

    @Test("ends one of one's sessions, and nobody else's", arguments: TestEngine.available)
    func endOne(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            _ = try await office.hire("ben@example.org")
            let mine = try await client(office)
            let other = try await client(office)
            let program = try await token(office)
            let stranger = try await client(office, "ben@example.org")
            let items = await mine.get(Self.path).json["items"]?.elements ?? []
            let foreign = items.filter { $0["current"] == false }.compactMap { $0["id"]?.string }
            #expect(foreign.count == 2)
            for id in foreign {
                #expect(await stranger.delete("\(Self.path)/\(id)").status == 404)
                #expect(await mine.delete("\(Self.path)/\(id)").status == 204)
                #expect(await mine.delete("\(Self.path)/\(id)").status == 404)
            }
            #expect(await !isKnown(other))
            #expect(await !isKnown(TestClient(try office.site()), program))
            #expect(await mine.delete("\(Self.path)/no-such-id").status == 404)
            let own = items.first { $0["current"] == true }?["id"]?.string ?? ""
            let ended = await mine.delete("\(Self.path)/\(own)")
            #expect(ended.status == 204 && ended[header: "set-cookie"]?.contains("Max-Age=0") == true)
            #expect(await isKnown(stranger))
        }
    }

    @Test("ends everything but the session that asks for it", arguments: TestEngine.available)
    func endOthers(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let (mine, other) = (try await client(office), try await client(office))
            let program = try await token(office)
            #expect(await mine.delete(Self.path).status == 204)
            #expect(await isKnown(mine))
            #expect(await !isKnown(other))
            #expect(await !isKnown(mine, program))
        }
    }

    @Test("shows and ends nothing to strangers, and nothing by a form of another site")
    func strangers() async throws {
        try await withOffice(on: .sqlite) { office in
            _ = try await office.hire()
            let stranger = TestClient(try office.site())
            #expect(await stranger.get(Self.path).status == 401)
            #expect(await stranger.delete(Self.path).status == 401)
            #expect(await stranger.post("/bags/api/v1/password").status == 401)
            let mine = try await client(office)
            #expect(await mine.delete(Self.path, ["x-csrf-token": "made-up"]).status == 403)
        }
    }
}
