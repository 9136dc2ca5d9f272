import PorticoHTTP
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct PasswordResetPagesTests {
    private static let new = "Another-horse-8"

    private func ask(_ client: TestClient, _ email: String) async -> TestAnswer {
        await client.submit("/bags/reset", ["email": email], from: await client.get("/bags/reset"))
    }

    @Test("leads from the question over the mail to the new password", arguments: TestEngine.available)
    func wholeWay(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let client = try post.client()
            let asked = await ask(client, "asha@example.org")
            #expect(asked.status == 303 && asked[header: "location"] == "/bags/reset?sent=1")
            #expect(await client.get("/bags/reset?sent=1").text.contains("Look in your mail"))
            let token = try await post.lastToken("account.password_reset")
            let form = await client.get("/bags/reset?token=\(token)")
            #expect(form.status == 200 && form[header: "referrer-policy"] == "no-referrer")
            #expect(form[header: "cache-control"] == "no-store")
            #expect(form.hiddenField("token") == token)
            let weak = await client.submit("/bags/reset/confirm", ["token": token, "password": "weak"], from: form)
            #expect(weak.status == 422 && weak.text.contains("The password must have at least 8 characters."))
            #expect(weak.hiddenField("token") == token && weak[header: "referrer-policy"] == "no-referrer")
            let done = await client.submit("/bags/reset/confirm", ["token": token, "password": Self.new], from: weak)
            #expect(done.status == 303 && done[header: "location"] == "/bags/reset?done=1")
            #expect(await client.get("/bags/reset?done=1").text.contains("/bags/sign-in"))
            #expect(await post.signIn(client, password: Self.new).status == 201)
            let again = await client.get("/bags/reset?token=\(token)")
            #expect(again.status == 410 && again.text.contains("Ask for a new link"))
            #expect(again.text.contains("/bags/reset\"") && again[header: "referrer-policy"] == "no-referrer")
        }
    }

    @Test("goes the same way for an address nobody has an account under")
    func unknown() async throws {
        try await withPostOffice(on: .sqlite) { post in
            let asked = await ask(try post.client(), "nobody@example.org")
            #expect(asked.status == 303 && asked[header: "location"] == "/bags/reset?sent=1")
            #expect(try await post.mails().isEmpty)
        }
    }

    @Test("keeps what was typed when it is no address")
    func typo() async throws {
        try await withPostOffice(on: .sqlite) { post in
            let answer = await ask(try post.client(), "asha<at>example")
            #expect(answer.status == 422 && answer.text.contains("value=\"asha&lt;at&gt;example\""))
        }
    }

    @Test("refuses forms of other sites")
    func csrf() async throws {
        try await withPostOffice(on: .sqlite) { post in
            let client = try post.client()
            #expect(await client.submit("/bags/reset", ["email": "asha@example.org"]).status == 403)
            #expect(await client.submit("/bags/reset/confirm", ["token": "x", "password": "y"]).status == 403)
        }
    }

    @Test("says of every link that does not hold the same")
    func lapsed() async throws {
        try await withPostOffice(on: .sqlite) { post in
            let client = try post.client()
            for token in ["x", String(repeating: "A", count: 43)] {
                #expect(await client.get("/bags/reset?token=\(token)").status == 410)
            }
            let form = await client.get("/bags/reset")
            let sent = await client.submit("/bags/reset/confirm", ["token": "x", "password": Self.new], from: form)
            #expect(sent.status == 410)
        }
    }
}
