import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct InvitationPagesTests {
    private func withInvited(
        on engine: TestEngine, _ body: (PostOffice, String) async throws -> Void
    ) async throws {
        try await withPostOffice(on: engine) { post in
            let ravi = try #require(EmailAddress("ravi@example.org"))
            let invitations = try #require(post.identity.invitations)
            let new = NewAccount(email: ravi, name: "Ravi <Shah>", role: "packer")
            _ = try await post.database.write { transaction in
                try invitations.invite(new, by: AuditEntry.Cause(at: post.clock.now()), in: transaction)
            }
            try await body(post, try await post.lastToken("account.invitation"))
        }
    }

    @Test("leads from the link to the application, signed in", arguments: TestEngine.available)
    func wholeWay(engine: TestEngine) async throws {
        try await withInvited(on: engine) { post, token in
            let client = try post.client()
            let form = await client.get("/bags/invitation?token=\(token)")
            #expect(form.status == 200 && form[header: "referrer-policy"] == "no-referrer")
            #expect(form[header: "cache-control"] == "no-store")
            #expect(form.text.contains("value=\"Ravi &lt;Shah&gt;\"") && form.text.contains("ravi@example.org"))
            let wrong = await client.submit(
                "/bags/invitation", ["token": token, "name": " ", "password": "weak"], from: form)
            #expect(wrong.status == 422 && wrong.text.contains("Enter your name."))
            #expect(wrong.text.contains("The password must have at least 8 characters."))
            let done = await client.submit(
                "/bags/invitation", ["token": token, "name": "Ravi Shah", "password": "Another-horse-8"], from: wrong)
            #expect(done.status == 303 && done[header: "location"] == "/bags/")
            #expect(await client.get("/bags/api/v1/session").json["user"]?["name"] == "Ravi Shah")
            #expect(try await post.client().get("/bags/invitation?token=\(token)").status == 410)
        }
    }

    @Test("says of every link that does not hold the same")
    func lapsed() async throws {
        try await withInvited(on: .sqlite) { post, token in
            let client = try post.client()
            for text in ["", "x", String(repeating: "A", count: 43)] {
                #expect(await client.get("/bags/invitation?token=\(text)").status == 410)
            }
            let form = await client.get("/bags/invitation?token=\(token)")
            post.clock.advance(by: .days(7))
            let late = await client.submit(
                "/bags/invitation", ["token": token, "name": "Ravi", "password": "Another-horse-8"], from: form)
            #expect(late.status == 410)
        }
    }

    @Test("refuses forms of other sites")
    func csrf() async throws {
        try await withInvited(on: .sqlite) { post, token in
            let answer = await (try post.client()).submit(
                "/bags/invitation", ["token": token, "name": "Ravi", "password": "Another-horse-8"])
            #expect(answer.status == 403)
        }
    }
}
