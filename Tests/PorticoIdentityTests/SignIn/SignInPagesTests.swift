import PorticoHTTP
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct SignInPagesTests {
    private func get(_ target: String, cookie: String? = nil) -> Request {
        var headers: Headers = [:]
        if let cookie { headers["cookie"] = cookie }
        return Request(head: RequestHead(method: .get, target: target, headers: headers, peer: "192.0.2.7"))
    }

    private func post(_ target: String, cookie: String, _ fields: [(String, String)]) -> Request {
        let body = fields.map { "\($0.0)=\(PercentCoding.encode($0.1))" }.joined(separator: "&")
        let headers: Headers = ["cookie": cookie, "content-type": "application/x-www-form-urlencoded"]
        return Request(
            head: RequestHead(method: .post, target: target, headers: headers, peer: "192.0.2.7"),
            body: Array(body.utf8))
    }

    private func text(_ response: Response) -> String {
        if case .bytes(let bytes) = response.body { String(decoding: bytes, as: UTF8.self) } else { "" }
    }

    private func cookie(_ response: Response) throws -> String {
        String(try #require(response.headers["set-cookie"]).prefix { $0 != ";" })
    }

    /// The form as a visitor gets it: the cookie of the visit and the form's token.
    private func open(_ site: Site, _ target: String = "/bags/sign-in") async throws -> (cookie: String, token: String)
    {
        let page = await site.respond(to: get(target))
        let parts = text(page).split(separator: "name=\"_csrf\" value=\"")
        let token = try #require(parts.dropFirst().first?.prefix { $0 != "\"" })
        return (try cookie(page), String(token))
    }

    private func submit(
        _ site: Site, next: String = "", password: String = Office.password
    ) async throws -> Response {
        let form = try await open(site)
        return await site.respond(
            to: post(
                "/bags/sign-in", cookie: form.cookie,
                [("email", "asha@example.org"), ("password", password), ("next", next), ("_csrf", form.token)]))
    }

    @Test("signs in and goes on where the person wanted to go", arguments: TestEngine.available)
    func submission(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let site = try office.site()
            let response = try await submit(site, next: "/bags/bills/7?tab=gate")
            #expect(response.status == 303)
            #expect(response.headers["location"] == "/bags/bills/7?tab=gate")
            let session = try cookie(response)
            #expect(session.hasPrefix("bags_session="))
            let again = await site.respond(to: get("/bags/sign-in", cookie: session))
            #expect(again.status == 303 && again.headers["location"] == "/bags/")
        }
    }

    @Test("goes home instead of to another site")
    func openRedirect() async throws {
        try await withOffice(on: .sqlite) { office in
            _ = try await office.hire()
            let response = try await submit(try office.site(), next: "//evil.example/")
            #expect(response.headers["location"] == "/bags/")
        }
    }

    @Test("shows the form again with the address but not the password")
    func wrong() async throws {
        try await withOffice(on: .sqlite) { office in
            let response = try await submit(try office.site(), next: "/bags/find", password: "wrong-secret")
            #expect(response.status == 401)
            #expect(text(response).contains("The email address or the password is wrong."))
            #expect(text(response).contains("value=\"asha@example.org\""))
            #expect(text(response).contains("value=\"/bags/find\""))
            #expect(!text(response).contains("wrong-secret"))
        }
    }

    @Test("says what is missing")
    func missing() async throws {
        try await withOffice(on: .sqlite) { office in
            let site = try office.site()
            let form = try await open(site)
            let response = await site.respond(to: post("/bags/sign-in", cookie: form.cookie, [("_csrf", form.token)]))
            #expect(response.status == 422)
            #expect(text(response).contains("Enter your email address."))
            #expect(text(response).contains("Enter your password."))
        }
    }

    @Test("takes no form without its token")
    func forged() async throws {
        try await withOffice(on: .sqlite) { office in
            let site = try office.site()
            let form = try await open(site)
            let request = post(
                "/bags/sign-in", cookie: form.cookie, [("email", "asha@example.org"), ("password", "x")])
            #expect(await site.respond(to: request).status == 403)
        }
    }

    @Test("signs out, takes the cookie away and shows the form", arguments: TestEngine.available)
    func signOut(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let site = try office.site()
            let session = try await office.signIn()
            let cookie = String(session.cookie.prefix { $0 != ";" })
            let binding = try #require(session.session.principal.csrfBinding)
            let token = CSRFSigner(key: Array(repeating: 9, count: 32)).token(for: binding).value
            let response = await site.respond(to: post("/bags/sign-out", cookie: cookie, [("_csrf", token)]))
            #expect(response.status == 303 && response.headers["location"] == "/bags/sign-in")
            #expect(response.headers["set-cookie"]?.contains("Max-Age=0") == true)
            #expect(try await !office.isKnown(session))
            let late = await site.respond(to: post("/bags/sign-out", cookie: cookie, [("_csrf", token)]))
            #expect(late.status == 303 && late.headers["location"]?.hasPrefix("/bags/sign-in") == true)
        }
    }
}
