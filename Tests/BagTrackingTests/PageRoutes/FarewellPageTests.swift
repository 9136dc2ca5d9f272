import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What administrators do for people who lost their phone, and with those who are to be forgotten.
@Suite struct FarewellPageTests {
    private static let api = "/bags/api/v1"

    private func id(of name: String, in app: AppHarness) async throws -> Int64 {
        let id = try await app.database.read {
            try $0.scalar("test.id", "SELECT id FROM accounts WHERE email = \("\(name)@bags.demo")", as: Int64.self)
        }
        return try #require(id)
    }

    @Test(
        "a lost authenticator is taken away by an administrator; its owner signs in anew",
        arguments: TestEngine.available)
    func lostPhone(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let biller = try await app.client("biller")
            let admin = try await app.client("admin")
            let id = try await id(of: "biller", in: app)
            #expect(!(await admin.get("/bags/users/\(id)").text.contains("Authenticator lost")))
            try await app.enrol(biller)
            #expect(await admin.get("/bags/users/\(id)").text.contains("Authenticator lost"))
            let gone = await admin.submit("/bags/users/\(id)/second-factor/remove", [:])
            #expect(gone.status == 303)
            #expect(await biller.get("\(Self.api)/session").status == 401)
            try await app.stranger().signIn("biller@bags.demo", AppHarness.password, at: "/bags")
            let again = await admin.submit("/bags/users/\(id)/second-factor/remove", [:])
            #expect(again.status == 409 && again.text.contains("Not removed"))
        }
    }

    @Test("programs of administrators do the same; others and one's own account are refused")
    func lostPhoneByAPI() async throws {
        try await withApp { app in
            let biller = try await app.client("biller")
            try await app.enrol(biller)
            let admin = try await app.client("admin")
            let (id, own) = try await (id(of: "biller", in: app), id(of: "admin", in: app))
            #expect(await biller.delete("\(Self.api)/users/\(own)/second-factor").status == 403)
            #expect(await admin.delete("\(Self.api)/users/\(own)/second-factor").problemCode == "own_account")
            #expect(await admin.delete("\(Self.api)/users/999999/second-factor").problemCode == "user_not_found")
            #expect(await admin.delete("\(Self.api)/users/\(id)/second-factor").status == 204)
            #expect(await admin.delete("\(Self.api)/users/\(id)/second-factor").problemCode == "no_second_factor")
        }
    }

    @Test("an administrator signs somebody out everywhere, who signs in again", arguments: TestEngine.available)
    func signsOut(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let (biller, admin) = (try await app.client("biller"), try await app.client("admin"))
            let (id, own) = try await (id(of: "biller", in: app), id(of: "admin", in: app))
            #expect(await admin.get("/bags/users/\(id)").text.contains("/bags/users/\(id)/sessions/end"))
            #expect(!(await admin.get("/bags/users/\(own)").text.contains("Sign out everywhere")))
            #expect(await biller.get("\(Self.api)/session").status == 200)
            let done = await admin.submit("/bags/users/\(id)/sessions/end", [:])
            #expect(done.status == 303 && done[header: "location"] == "/bags/users?done=sessions")
            #expect(await biller.get("\(Self.api)/session").status == 401)
            #expect(await admin.get("\(Self.api)/session").status == 200)
            let again = app.stranger()
            try await again.signIn("biller@bags.demo", AppHarness.password, at: "/bags")
            #expect(await admin.delete("\(Self.api)/users/\(id)/sessions").status == 204)
            #expect(await again.get("\(Self.api)/session").status == 401)
            #expect(await admin.submit("/bags/users/\(own)/sessions/end", [:]).text.contains("Not signed out"))
            #expect(await admin.delete("\(Self.api)/users/999999/sessions").problemCode == "user_not_found")
            let audited = await admin.get("\(Self.api)/audit?action=user.sessions_ended").json["items"]?.elements
            #expect(audited?.count == 2)
        }
    }

    @Test(
        "an administrator signs everybody out, and is signed out too",
        arguments: TestEngine.available)
    func signsEverybodyOut(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let (biller, admin) = (try await app.client("biller"), try await app.client("admin"))
            #expect(await biller.delete("\(Self.api)/users/sessions").status == 403)
            #expect(await biller.submit("/bags/users/sessions/end", [:]).status == 403)
            #expect(await admin.get("/bags/users").text.contains("/bags/users/sessions/end"))
            let done = await admin.submit("/bags/users/sessions/end", [:])
            #expect(done.status == 303 && done[header: "location"] == "/bags/sign-in?next=/bags/users")
            for client in [biller, admin] { #expect(await client.get("\(Self.api)/session").status == 401) }
            let again = app.stranger()
            try await again.signIn("admin@bags.demo", AppHarness.password, at: "/bags")
            #expect(await again.delete("\(Self.api)/users/sessions").status == 204)
            #expect(await again.get("\(Self.api)/session").status == 401)
            let late = app.stranger()
            try await late.signIn("admin@bags.demo", AppHarness.password, at: "/bags")
            let audited = await late.get("\(Self.api)/audit?action=user.all_sessions_ended").json["items"]?.elements
            #expect(audited?.count == 2)
        }
    }

    @Test("a person is erased by the form only when the address is typed once more", arguments: TestEngine.available)
    func erases(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            let id = try await id(of: "gatekeeper", in: app)
            let wrong = await admin.submit("/bags/users/\(id)/erase", ["email": "other@bags.demo"])
            #expect(wrong.status == 422 && wrong.text.contains("value=\"other@bags.demo\""))
            #expect(await admin.get("\(Self.api)/users/\(id)").json["is_active"] == true)
            let erased = await admin.submit("/bags/users/\(id)/erase", ["email": "gatekeeper@bags.demo"])
            #expect(erased.status == 303)
            #expect(await admin.get("\(Self.api)/users/\(id)").json["is_active"] == false)
            #expect(!(await admin.get("/bags/users").text.contains("Erased person")))
        }
    }

    @Test("everybody finds a link to their own data on the page of their account")
    func ownData() async throws {
        try await withApp { app in
            let biller = try await app.client("biller")
            #expect(await biller.get("/bags/account").text.contains("href=\"\(Self.api)/personal-data\""))
            let (own, admin) = (try await id(of: "admin", in: app), try await app.client("admin"))
            let page = await admin.get("/bags/users/\(own)").text
            #expect(page.contains("/users/\(own)/personal-data") && !page.contains("Erase for good"))
        }
    }
}
