import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// People who come back (rule R45: nobody is ever deleted).
@Suite("Somebody who comes back")
struct ReactivationTests {
    private static let users = "/bags/api/v1/users"

    private func id(_ email: String, _ admin: TestClient) async throws -> String {
        let people = await admin.get("\(ReactivationTests.users)?limit=200").json["items"]?.elements ?? []
        return try #require(people.first { $0["email"]?.string == email }?["id"]?.string)
    }

    @Test(
        "signs in with the password, role and area from before, and not with what was signed in then",
        arguments: TestEngine.available)
    func comesBack(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let (admin, before) = (try await app.client("admin"), try await app.client("dispatcher"))
            let path = "\(ReactivationTests.users)/\(try await id("dispatcher@bags.demo", admin))"
            #expect(await admin.delete(path).status == 204)
            await #expect(throws: TestClientError.self) { _ = try await app.client("dispatcher") }
            let back = await admin.post("\(path)/reactivate")
            #expect(back.status == 200 && back.json["is_active"] == true)
            #expect(back.json["role"] == "dispatcher" && back.json["area_code"] == "lucknow")
            #expect(await before.get("/bags/api/v1/session").status == 401)
            let after = try await app.client("dispatcher")
            #expect(await after.post("/bags/api/v1/scans/parent", ["code": "SB00001"]).status == 201)
            // Once more changes nothing, and is not written down.
            #expect(await admin.post("\(path)/reactivate").json == back.json)
            #expect(try await app.auditRows("user.reactivated").count == 1)
        }
    }

    @Test("keys of machines from before stay worthless")
    func keys() async throws {
        try await withApp { app in
            let (admin, owner) = (try await app.client("admin"), try await app.client("biller"))
            let made = await owner.post(
                "/bags/api/v1/api-keys",
                ["name": "Scale", "scope": "bag.read", "password": .string(AppHarness.password)])
            let machine: Headers = ["authorization": "Bearer \(try #require(made.json["key"]?.string))"]
            #expect(await app.stranger().get("/bags/api/v1/bags", machine).status == 200)
            let path = "\(ReactivationTests.users)/\(try await id("biller@bags.demo", admin))"
            #expect(await admin.delete(path).status == 204)
            #expect(await admin.post("\(path)/reactivate").status == 200)
            #expect(await app.stranger().get("/bags/api/v1/bags", machine).status == 401)
            let left = try await app.database.read {
                try $0.scalar("test.keys", "SELECT count(*) FROM api_keys", as: Int.self)
            }
            #expect(left == 0)
        }
    }

    @Test("is refused where nothing would let the person in, and unknown after being erased")
    func refused() async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            let invited = await admin.post(
                "/bags/api/v1/invitations",
                ["email": "guest@bags.demo", "name": "Guest", "role": "dispatcher", "area_code": "lucknow"])
            let guest = try #require(invited.json["id"]?.string)
            #expect(
                await admin.post("\(ReactivationTests.users)/\(guest)/reactivate").problemCode == "no_password")
            let path = "\(ReactivationTests.users)/\(try await id("gatekeeper@bags.demo", admin))"
            #expect(await admin.post("\(path)/erase").status == 200)
            #expect(await admin.post("\(path)/reactivate").problemCode == "user_not_found")
            #expect(await admin.post("\(ReactivationTests.users)/999999/reactivate").status == 404)
            #expect(try await app.auditRows("user.reactivated").isEmpty)
        }
    }

    @Test("only who manages people lets them come back, and only as they have seen them")
    func permission() async throws {
        try await withApp { app in
            let (admin, biller) = (try await app.client("admin"), try await app.client("biller"))
            let path = "\(ReactivationTests.users)/\(try await id("dispatcher@bags.demo", admin))"
            let tag = try #require(await admin.get(path)[header: "etag"])
            #expect(await admin.delete(path).status == 204)
            #expect(await biller.post("\(path)/reactivate").status == 403)
            #expect(await admin.post("\(path)/reactivate", [:], ["if-match": tag]).status == 412)
            #expect(await admin.get(path).json["is_active"] == false)
        }
    }

    @Test("has a button on the person's page", arguments: TestEngine.available)
    func page(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            let path = "/bags/users/\(try await id("dispatcher@bags.demo", admin))"
            #expect(await !admin.get(path).text.contains("\(path)/reactivate"))
            let gone = await admin.submit("\(path)/deactivate", [:], from: await admin.get(path))
            #expect(gone.status == 303)
            let page = await admin.get(path)
            #expect(page.text.contains("action=\"\(path)/reactivate\"") && !page.text.contains("\(path)/deactivate"))
            let back = await admin.submit("\(path)/reactivate", [:], from: page)
            #expect(back.status == 303 && back[header: "location"] == "/bags/users?done=reactivated")
            #expect(await admin.get("/bags/users?done=reactivated").text.contains("Active again"))
            let dispatcher = try await app.client("dispatcher")
            #expect(await dispatcher.get("/bags/scan").status == 200)
        }
    }
}
