import PorticoHTTP
import PorticoJSON
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct SignInLinkPagesTests {
    private static let path = "/bags/sign-in/link"

    private func link(_ post: PostOffice, _ client: TestClient) async throws -> String {
        let asked = await client.submit(Self.path, ["email": "asha@example.org"], from: await client.get(Self.path))
        try #require(asked.status == 303 && asked[header: "location"] == "/bags/sign-in/link?sent=1")
        return try await post.lastToken("account.sign_in_link")
    }

    @Test("leads from the page to sign in over the mail to the first page", arguments: TestEngine.available)
    func wholeWay(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            _ = try await post.office.hire()
            let client = try post.client()
            #expect(await client.get("/bags/sign-in").text.contains("href=\"/bags/sign-in/link\""))
            let token = try await link(post, client)
            #expect(await client.get("\(Self.path)?sent=1").text.contains("Look in your mail"))
            let page = await client.get("\(Self.path)?token=\(token)")
            #expect(page.status == 200 && page[header: "referrer-policy"] == "no-referrer")
            #expect(page[header: "cache-control"] == "no-store" && page.text.contains("asha@example.org"))
            #expect(!page.text.contains("name=\"code\""))
            #expect(await client.get("/bags/api/v1/session").status == 401)
            let done = await client.submit("\(Self.path)/confirm", ["token": token], from: page)
            #expect(done.status == 303 && done[header: "location"] == "/bags/")
            #expect(await client.get("/bags/api/v1/session").status == 200)
            let again = await (try post.client()).get("\(Self.path)?token=\(token)")
            #expect(again.status == 410 && again.text.contains("Ask for a new link"))
            #expect(again.text.contains("Sign in with your password"))
            #expect(again[header: "referrer-policy"] == "no-referrer")
        }
    }

    @Test("asks for the code on the same page, and says what is wrong with it", arguments: TestEngine.available)
    func code(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let account = try await post.office.hire()
            let owner = try await post.signedIn()
            _ = await owner.post("/bags/api/v1/second-factor", ["password": .string(Office.password)])
            let phone = try await OwnersPhone(of: account, post.office)
            _ = await owner.post("/bags/api/v1/second-factor/confirm", ["code": .string(phone.code)])
            post.clock.advance(by: .seconds(30))
            let client = try post.client()
            let token = try await link(post, client)
            let page = await client.get("\(Self.path)?token=\(token)")
            #expect(page.text.contains("name=\"code\"") && page.text.contains("name=\"recovery_code\""))
            let empty = await client.submit("\(Self.path)/confirm", ["token": token], from: page)
            #expect(empty.status == 422 && empty.text.contains("Enter the code."))
            let wrong = await client.submit(
                "\(Self.path)/confirm", ["token": token, "code": phone.wrongCode], from: empty)
            #expect(wrong.status == 401 && wrong.text.contains("The code is wrong"))
            #expect(wrong.hiddenField("token") == token && wrong[header: "referrer-policy"] == "no-referrer")
            let done = await client.submit("\(Self.path)/confirm", ["token": token, "code": phone.code], from: wrong)
            #expect(done.status == 303)
        }
    }

    @Test("keeps what was typed when it is no address, and refuses forms of other sites")
    func refusals() async throws {
        try await withPostOffice(on: .sqlite) { post in
            let client = try post.client()
            let typo = await client.submit(Self.path, ["email": "asha<at>x"], from: await client.get(Self.path))
            #expect(typo.status == 422 && typo.text.contains("value=\"asha&lt;at&gt;x\""))
            #expect(await client.submit(Self.path, ["email": "asha@example.org"]).status == 403)
            #expect(await client.submit("\(Self.path)/confirm", ["token": "x"]).status == 403)
            let sent = await client.submit("\(Self.path)/confirm", ["token": "x"], from: await client.get(Self.path))
            #expect(sent.status == 410)
        }
    }
}
