import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct OwnPasswordTests {
    private static let path = "/bags/api/v1/password"
    private static let email = "asha@example.org"
    private static let new = "Staple-battery-8"

    private func change(
        _ client: TestClient, from current: String = Office.password, to new: String = OwnPasswordTests.new,
        _ headers: Headers = [:]
    ) async -> TestAnswer {
        await client.post(
            Self.path, ["current_password": .string(current), "new_password": .string(new)], headers)
    }

    private func client(_ office: Office) async throws -> TestClient {
        let client = TestClient(try office.site())
        try await client.signIn(Self.email, Office.password, at: "/bags")
        return client
    }

    private func tokens(_ office: Office) async throws -> (headers: Headers, refresh: String) {
        let answer = await TestClient(try office.site()).post(
            "/bags/api/v1/tokens", ["email": .string(Self.email), "password": .string(Office.password)])
        let access = try #require(answer.json["access_token"]?.string)
        return (["authorization": "Bearer \(access)"], try #require(answer.json["refresh_token"]?.string))
    }

    private func isKnown(_ client: TestClient, _ headers: Headers = [:]) async -> Bool {
        await client.get("/bags/api/v1/session", headers).status == 200
    }

    @Test("changes the password and ends every other session and all tokens", arguments: TestEngine.available)
    func changes(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire()
            let (mine, other) = (try await client(office), try await client(office))
            let program = try await tokens(office)
            #expect(await change(mine).status == 204)
            #expect(await isKnown(mine))
            #expect(await !isKnown(other))
            #expect(await !isKnown(TestClient(try office.site()), program.headers))
            #expect(try await problem { _ = try await office.signIn() }?.code == "invalid_credentials")
            _ = try await office.signIn(password: Self.new)
            let audited = try await office.database.read {
                try $0.first("test.audit", "SELECT action, entity_id, actor_id, after FROM audit_rows") { row in
                    (try String.read(row, 0), try String.read(row, 1), try Int64.read(row, 2), row.isNull(3))
                }
            }
            #expect(audited?.0 == "account.password_changed" && audited?.1 == "\(account.id)")
            #expect(audited?.2 == account.id && audited?.3 == true)
        }
    }

    @Test("keeps the tokens of the program that changes it, and ends the others", arguments: TestEngine.available)
    func byProgram(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let browser = try await client(office)
            let (mine, other) = (try await tokens(office), try await tokens(office))
            let program = TestClient(try office.site())
            #expect(await change(program, mine.headers).status == 204)
            #expect(await isKnown(program, mine.headers))
            #expect(await !isKnown(program, other.headers))
            #expect(await !isKnown(browser))
            let renewed = await program.post(
                "/bags/api/v1/tokens/refresh", ["refresh_token": .string(mine.refresh)])
            #expect(renewed.status == 200)
        }
    }

    @Test("refuses a wrong password, counts it, and names the field", arguments: TestEngine.available)
    func wrong(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let mine = try await client(office)
            for _ in 0..<5 {
                let answer = await change(mine, from: "wrong")
                #expect(answer.status == 422)
                #expect(answer.json["errors"]?[0]?["field"] == "current_password")
            }
            #expect(await change(mine).problemCode == "account_locked")
            #expect(try await problem { _ = try await office.signIn() }?.code == "account_locked")
            office.clock.advance(by: .minutes(15))
            #expect(await change(mine).status == 204)
        }
    }

    @Test("keeps the rules for passwords", arguments: [("Ab-1", "too_short"), (Office.password, "unchanged")])
    func policy(_ password: String, _ code: String) async throws {
        try await withOffice(on: .sqlite) { office in
            _ = try await office.hire()
            let answer = await change(try await client(office), to: password)
            #expect(answer.status == 422)
            #expect(answer.json["errors"]?[0]?["field"] == "new_password")
            #expect(answer.json["errors"]?[0]?["code"] == .string(code))
        }
    }
}
