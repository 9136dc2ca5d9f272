import PorticoHTTP
import PorticoJSON
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct IdentityRoutesTests {
    private let path = "/bags/api/v1/session"

    private func request(
        _ method: HTTPMethod, _ headers: Headers = [:], body: String = ""
    ) -> Request {
        var headers = headers
        if !body.isEmpty { headers.setDefault("content-type", "application/json") }
        return Request(
            head: RequestHead(method: method, target: path, headers: headers, peer: "192.0.2.7"), body: Array(body.utf8)
        )
    }

    private func signIn(_ site: Site, _ headers: Headers = [:], password: String = Office.password) async -> Response {
        await site.respond(
            to: request(.post, headers, body: #"{"email":"asha@example.org","password":"\#(password)","code":"1"}"#))
    }

    private func json(_ response: Response) throws -> JSONValue {
        guard case .bytes(let bytes) = response.body else { throw Missing() }
        return try JSONValue(parsing: bytes)
    }

    private func cookie(_ response: Response) throws -> String {
        String(try #require(response.headers["set-cookie"]).prefix { $0 != ";" })
    }

    @Test("signs in with 201, a cookie, who it is and a token for unsafe requests", arguments: TestEngine.available)
    func begin(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            let account = try await office.hire(role: "admin")
            let response = await signIn(try office.site())
            let answer = try json(response)
            #expect(response.status == 201)
            #expect(response.headers["location"] == path)
            #expect(response.headers["cache-control"] == "no-store")
            #expect(response.headers["set-cookie"]?.hasSuffix("; Path=/; HttpOnly; SameSite=Lax") == true)
            #expect(answer["user"]?["id"] == .string("\(account.id)"))
            #expect(answer["user"]?["email"] == "asha@example.org")
            #expect(answer["user"]?["name"] == "Asha Rao")
            #expect(answer["user"]?["roles"] == ["admin"])
            #expect(answer["user"]?["permissions"] == ["bag.read", "user.manage"])
            #expect(answer["user"]?["area_code"] == .string("\(account.id)"))
            #expect(answer["expires_at"] == .string((Office.started + .hours(12)).rfc3339))
            #expect(answer["csrf_token"]?.string?.isEmpty == false)
        }
    }

    @Test("marks the cookie for TLS where clients come over TLS")
    func secure() async throws {
        try await withOffice(on: .sqlite, isSecure: true) { office in
            _ = try await office.hire()
            let cookie = await signIn(try office.site()).headers["set-cookie"]
            #expect(cookie?.hasPrefix("__Host-bags_session=") == true)
            #expect(cookie?.hasSuffix("; Secure") == true)
        }
    }

    @Test("refuses with 401 and sets no cookie")
    func refusal() async throws {
        try await withOffice(on: .sqlite) { office in
            _ = try await office.hire()
            let response = await signIn(try office.site(), password: "wrong")
            #expect(response.status == 401)
            #expect(response.headers["set-cookie"] == nil)
            #expect(try json(response)["code"] == "invalid_credentials")
        }
    }

    @Test("names missing fields")
    func validation() async throws {
        try await withOffice(on: .sqlite) { office in
            let response = await (try office.site()).respond(to: request(.post, body: "{}"))
            #expect(response.status == 422)
            #expect(try json(response)["errors"]?.elements?.count == 2)
        }
    }

    @Test("tells who is signed in, with a token that lets the session end", arguments: TestEngine.available)
    func currentAndEnd(engine: TestEngine) async throws {
        try await withOffice(on: engine) { office in
            _ = try await office.hire()
            let site = try office.site()
            let begun = await signIn(site)
            let cookie = try cookie(begun)
            let current = await site.respond(to: request(.get, ["cookie": cookie]))
            #expect(current.status == 200)
            for member in ["user", "expires_at"] { #expect(try json(current)[member] == json(begun)[member]) }
            #expect(await site.respond(to: request(.delete, ["cookie": cookie])).status == 403)
            let token = try #require(try json(current)["csrf_token"]?.string)
            let ended = await site.respond(to: request(.delete, ["cookie": cookie, "x-csrf-token": token]))
            #expect(ended.status == 204)
            #expect(ended.headers["set-cookie"]?.contains("Max-Age=0") == true)
            #expect(await site.respond(to: request(.get, ["cookie": cookie])).status == 401)
        }
    }

    @Test("knows nobody without a cookie, or with one nobody gave")
    func nobody() async throws {
        try await withOffice(on: .sqlite) { office in
            let site = try office.site()
            #expect(await site.respond(to: request(.get)).status == 401)
            let invented = SessionToken().text
            #expect(await site.respond(to: request(.get, ["cookie": "bags_session=\(invented)"])).status == 401)
            #expect(await site.respond(to: request(.get, ["cookie": "bags_session=../../x"])).status == 401)
        }
    }

    @Test("keeps no answer that lets somebody in")
    func noReplay() async throws {
        try await withOffice(on: .sqlite) { office in
            _ = try await office.hire()
            let site = try office.site()
            let first = await signIn(site, ["idempotency-key": "k"])
            let second = await signIn(site, ["idempotency-key": "k"])
            #expect(try cookie(first) != cookie(second))
            #expect(try await office.count("idempotency_keys") == 0)
        }
    }
}
