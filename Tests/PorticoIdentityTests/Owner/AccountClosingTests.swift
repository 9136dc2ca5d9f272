import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct AccountClosingTests {
    private static let path = "/bags/api/v1/account/close"

    /// An office in which people close their own accounts, all but administrators.
    private func withDoor(on engine: TestEngine, _ body: (PostOffice) async throws -> Void) async throws {
        try await withPostOffice(
            on: engine,
            configure: { configuration in
                configuration.closing = { account, _ in
                    guard account.role != "admin" else {
                        throw Problem(409, "last_admin", "Somebody has to be administrator.")
                    }
                }
            }, body)
    }

    private func close(_ client: TestClient, password: String = Office.password) async -> TestAnswer {
        await client.post(Self.path, ["password": .string(password)])
    }

    @Test("signs out everywhere, lets nobody in again, and is written down and mailed", arguments: TestEngine.available)
    func closes(engine: TestEngine) async throws {
        try await withDoor(on: engine) { post in
            _ = try await post.office.hire()
            let (owner, elsewhere) = (try await post.signedIn(), try await post.signedIn())
            let done = await close(owner)
            #expect(done.status == 204)
            #expect(done[header: "set-cookie"]?.hasPrefix("bags_session=; Max-Age=0") == true)
            #expect(await elsewhere.get("/bags/api/v1/session").status == 401)
            #expect(await post.signIn(try post.client()).status == 401)
            #expect(try await post.mails("account.closed").map(\.to) == ["asha@example.org"])
            #expect(try await post.actions() == ["account.closed"])
        }
    }

    @Test("takes the password, and what speaks against it in the application holds", arguments: TestEngine.available)
    func refusals(engine: TestEngine) async throws {
        try await withDoor(on: engine) { post in
            _ = try await post.office.hire("boss@example.org", role: "admin")
            let boss = try await post.signedIn("boss@example.org")
            #expect(await close(boss, password: "wrong").json["errors"]?[0]?["field"] == "password")
            #expect(await close(boss).problemCode == "last_admin")
            #expect(await close(try post.client()).status == 401)
            #expect(await boss.get("/bags/api/v1/session").status == 200)
            #expect(try await post.mails().isEmpty)
        }
    }

    @Test("takes a code as well where there is an authenticator", arguments: TestEngine.available)
    func code(engine: TestEngine) async throws {
        try await withDoor(on: engine) { post in
            let account = try await post.office.hire()
            let owner = try await post.signedIn()
            _ = await owner.post("/bags/api/v1/second-factor", ["password": .string(Office.password)])
            let phone = try await OwnersPhone(of: account, post.office)
            _ = await owner.post("/bags/api/v1/second-factor/confirm", ["code": .string(phone.code)])
            post.clock.advance(by: .seconds(30))
            let bare = await close(owner)
            #expect(bare.status == 422 && bare.json["errors"]?[0]?["field"] == "code")
            let done = await owner.post(
                Self.path, ["password": .string(Office.password), "code": .string(phone.code)])
            #expect(done.status == 204)
        }
    }

    @Test("is not there where administrators close accounts")
    func absent() async throws {
        try await withPostOffice(on: .sqlite) { post in
            _ = try await post.office.hire()
            #expect(await close(try await post.signedIn()).status == 404)
        }
    }
}
