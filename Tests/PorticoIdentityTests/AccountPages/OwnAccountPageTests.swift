import PorticoHTTP
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct OwnAccountPageTests {
    private static let addressPath = "/bags/account/address"
    private static let closePath = "/bags/account/close"

    private func withDoor(
        on engine: TestEngine, _ body: (PostOffice, TestClient) async throws -> Void
    ) async throws {
        try await withPostOffice(on: engine, configure: { $0.closing = { _, _ in } }) { post in
            _ = try await post.office.hire()
            try await body(post, try await post.signedIn())
        }
    }

    @Test("changes the address over a link that any browser may follow", arguments: TestEngine.available)
    func address(engine: TestEngine) async throws {
        try await withDoor(on: engine) { post, owner in
            let account = await owner.get("/bags/account")
            #expect(account.text.contains("href=\"\(Self.addressPath)\""))
            let form = await owner.get(Self.addressPath)
            #expect(
                form.status == 200 && form.text.contains("asha@example.org") && !form.text.contains("name=\"code\""))
            let wrong = await owner.submit(
                Self.addressPath, ["email": "new@example.net", "password": "wrong"], from: form)
            #expect(wrong.status == 422 && wrong.text.contains("That is not your password."))
            #expect(wrong.text.contains("value=\"new@example.net\""))
            let asked = await owner.submit(
                Self.addressPath, ["email": "new@example.net", "password": Office.password], from: wrong)
            #expect(asked.status == 303 && asked[header: "location"] == "/bags/account?done=address")
            #expect(await owner.get("/bags/account?done=address").text.contains("A link is on its way"))
            let token = try await post.lastToken("account.address_link")
            let stranger = try post.client()
            let page = await stranger.get("\(Self.addressPath)/confirm?token=\(token)")
            #expect(page.status == 200 && page.text.contains("new@example.net"))
            #expect(page[header: "referrer-policy"] == "no-referrer" && page[header: "cache-control"] == "no-store")
            #expect(await owner.get("/bags/account").text.contains("asha@example.org"))
            let done = await stranger.submit("\(Self.addressPath)/confirm", ["token": token], from: page)
            #expect(done.status == 303 && done[header: "location"] == "\(Self.addressPath)/confirm?done=1")
            #expect(await stranger.get("\(Self.addressPath)/confirm?done=1").text.contains("Your address was changed"))
            #expect(await stranger.get("\(Self.addressPath)/confirm?token=\(token)").status == 410)
            #expect(await owner.get("/bags/account").status == 303)
        }
    }

    @Test(
        "says in the form what is wrong with an address",
        arguments: [
            ("", "Enter an email address."), ("x", "This is no email address."),
            ("asha@example.org", "Enter another address than the one you have."),
        ])
    func wrongAddress(typed: String, sentence: String) async throws {
        try await withDoor(on: .sqlite) { _, owner in
            let form = await owner.get(Self.addressPath)
            let answer = await owner.submit(
                Self.addressPath, ["email": typed, "password": Office.password], from: form)
            #expect(answer.status == 422 && answer.text.contains(sentence))
        }
    }

    @Test("says in the form when enough links were sent")
    func enough() async throws {
        try await withDoor(on: .sqlite) { _, owner in
            let form = await owner.get(Self.addressPath)
            let fields: KeyValuePairs = ["email": "new@example.net", "password": Office.password]
            for _ in 0..<3 { #expect(await owner.submit(Self.addressPath, fields, from: form).status == 303) }
            let answer = await owner.submit(Self.addressPath, fields, from: form)
            #expect(answer.status == 429 && answer[header: "retry-after"] == "900")
            #expect(answer.text.contains("You were sent several links already"))
            #expect(answer.text.contains("value=\"new@example.net\""))
        }
    }

    @Test("says so when somebody else took the address meanwhile")
    func takenMeanwhile() async throws {
        try await withDoor(on: .sqlite) { post, owner in
            let form = await owner.get(Self.addressPath)
            _ = await owner.submit(
                Self.addressPath, ["email": "new@example.net", "password": Office.password], from: form)
            let token = try await post.lastToken("account.address_link")
            _ = try await post.office.hire("new@example.net")
            let page = await owner.get("\(Self.addressPath)/confirm?token=\(token)")
            let answer = await owner.submit("\(Self.addressPath)/confirm", ["token": token], from: page)
            #expect(answer.status == 409 && answer.text.contains("There is already an account"))
            #expect(await owner.get("/bags/account").text.contains("asha@example.org"))
        }
    }

    @Test("closes the account after the password, and says what is wrong with it", arguments: TestEngine.available)
    func closing(engine: TestEngine) async throws {
        try await withDoor(on: engine) { post, owner in
            #expect(await owner.get("/bags/account").text.contains("href=\"\(Self.closePath)\""))
            let form = await owner.get(Self.closePath)
            let empty = await owner.submit(Self.closePath, ["password": ""], from: form)
            #expect(empty.status == 422 && empty.text.contains("Enter your password."))
            let done = await owner.submit(Self.closePath, ["password": Office.password], from: empty)
            #expect(done.status == 303 && done[header: "location"] == "/bags/sign-in")
            #expect(await owner.get("/bags/account").status == 303)
            let stranger = try post.client()
            #expect(await post.signIn(stranger).status == 401)
        }
    }

    @Test("offers neither where the application has neither")
    func absent() async throws {
        try await withOffice(on: .sqlite) { office in
            _ = try await office.hire()
            let visitor = try await AccountVisitor(office)
            let page = await visitor.client.get(AccountVisitor.path)
            #expect(!page.text.contains(Self.addressPath) && !page.text.contains(Self.closePath))
            #expect(await visitor.client.get(Self.addressPath).status == 404)
            #expect(await visitor.client.get(Self.closePath).status == 404)
        }
    }
}
