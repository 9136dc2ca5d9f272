import Portico
import PorticoTesting
import Testing

@testable import BagTracking

@Suite struct InvitationPageTests {
    private static let people = "/bags/users"
    private static let address = "meera@example.org"

    private func invite(
        _ client: TestClient, email: String = InvitationPageTests.address, name: String = "Meera <Nair>",
        role: String = "dispatcher", area: String = "lucknow"
    ) async -> TestAnswer {
        await client.submit(
            "\(Self.people)/invitations", ["email": email, "name": name, "role": role, "area_code": area],
            from: await client.get(Self.people))
    }

    /// The links mailed to an address, the oldest first.
    private func links(to address: String, in app: AppHarness) async throws -> [String] {
        try await app.database.read {
            try $0.all("test.mails", "SELECT text FROM mails WHERE recipient = \(address) ORDER BY id") {
                try $0[0] as String
            }
        }.compactMap { text in
            text.split(whereSeparator: \.isWhitespace).first { $0.contains("?token=") }.map { String($0) }
        }
    }

    private func id(on page: TestAnswer) throws -> String {
        String(try #require(page.text.firstMatch(of: /users\/invitations\/([0-9]+)\/resend/)).1)
    }

    @Test("an administrator invites by mail, sends again and takes back", arguments: TestEngine.available)
    func invitation(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            let admin = try await app.client("admin")
            let sent = await invite(admin)
            #expect(sent.status == 303 && sent[header: "location"] == "/bags/users?done=invited")
            let page = await admin.get("/bags/users?done=invited")
            for text in [
                "Invited: the link is on its way", "Meera &lt;Nair&gt;", EmailText(Self.address).html.text,
                "Invited, not yet here",
            ] {
                #expect(page.text.contains(text))
            }
            let id = try id(on: page)
            #expect(await admin.submit("\(Self.people)/invitations/\(id)/resend", [:], from: page).status == 303)
            let links = try await links(to: Self.address, in: app)
            #expect(links.count == 2 && Set(links).count == 2)
            let area = try await app.database.read {
                try $0.scalar(
                    "test.area", "SELECT area_code FROM user_profiles WHERE user_id = \(Int64(id) ?? 0)",
                    as: String.self)
            }
            #expect(area == "lucknow")
            #expect(await admin.submit("\(Self.people)/invitations/\(id)/withdraw", [:], from: page).status == 303)
            #expect(await !admin.get(Self.people).text.contains(Self.address))
            #expect(await admin.submit("\(Self.people)/invitations/\(id)/withdraw", [:], from: page).status == 404)
            #expect(await invite(admin).status == 303)
        }
    }

    @Test(
        "the form comes back with what is wrong and what was typed, as the API refuses it",
        arguments: [
            ("email", "no address", 422), ("name", "", 422), ("role", "king", 422), ("area_code", "", 422),
            ("area_code", "nowhere", 422), ("email", "ADMIN@bags.demo", 409),
        ])
    func refusals(field: String, typed: String, status: Int) async throws {
        try await withApp { app async throws in
            let admin = try await app.client("admin")
            let answer = await invite(
                admin, email: field == "email" ? typed : Self.address, name: field == "name" ? typed : "Meera",
                role: field == "role" ? typed : "dispatcher", area: field == "area_code" ? typed : "lucknow")
            #expect(answer.status == status && answer.text.contains("role=\"alert\""))
            #expect(answer.text.contains("href=\"#invite-\(field)\""))
            if field != "email" { #expect(answer.text.contains("value=\"\(Self.address)\"")) }
            let accounts = try await app.database.read {
                try $0.scalar("test.count", "SELECT count(*) FROM accounts", as: Int.self)
            }
            #expect(accounts == 5)
        }
    }

    @Test("too many links are refused on the page, with the time to wait")
    func flood() async throws {
        try await withApp { app async throws in
            let admin = try await app.client("admin")
            _ = await invite(admin)
            let id = try id(on: await admin.get(Self.people))
            var answer = await admin.submit("\(Self.people)/invitations/\(id)/resend", [:])
            for _ in 0..<20 where answer.status == 303 {
                answer = await admin.submit("\(Self.people)/invitations/\(id)/resend", [:])
            }
            #expect(answer.status == 429 && answer[header: "retry-after"] != nil)
            #expect(answer.text.contains("Not sent again"))
        }
    }

    @Test("a person who is added without a password is invited")
    func withoutPassword() async throws {
        try await withApp(settings: [(key: "mail.smtp_host", value: "mail.example")]) { app async throws in
            let admin = try await app.client("admin")
            let added = await admin.submit(
                "/bags/users",
                ["email": Self.address, "name": "Meera", "role": "biller", "area_code": "", "password": ""],
                from: await admin.get("/bags/users/new"))
            #expect(added.status == 303 && added[header: "location"] == "/bags/users?done=invited")
            #expect(try await links(to: Self.address, in: app).count == 1)
        }
    }

    @Test("only who manages people sees invitations or sends one")
    func others() async throws {
        try await withApp { app async throws in
            let biller = try await app.client("biller")
            let form: KeyValuePairs = ["email": Self.address, "name": "Meera", "role": "admin", "area_code": ""]
            #expect(await biller.submit("\(Self.people)/invitations", form).status == 403)
            #expect(try await links(to: Self.address, in: app).isEmpty)
        }
    }
}
