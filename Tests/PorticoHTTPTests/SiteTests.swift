import PorticoJSON
import Synchronization
import Testing

@testable import PorticoHTTP

@Suite struct SiteTests {
    @Test("a good request reaches the handler and the answer carries the promised headers")
    func good() async throws {
        let response = try await SampleSite().post(
            "/shop/api/v1/items", as: "writer", #"{"name":"Lamp","count":3,"tags":[{"word":"red"}],"unknown":1}"#)
        #expect(response.status == .created)
        #expect(response.headers["location"] == "/shop/api/v1/items/3")
        #expect(try response.json()["id"] == "3")
        for name in [
            "x-request-id", "x-response-time", "server-timing", "x-content-type-options", "content-security-policy",
            "referrer-policy", "cache-control",
        ] {
            #expect(response.headers[name] != nil, "\(name) is missing")
        }
    }

    @Test("every wrong field is named at once, also inside lists")
    func validation() async throws {
        let response = try await SampleSite().post(
            "/shop/api/v1/items", as: "writer", #"{"name":"","count":501,"tags":[{"word":"toolong"},3]}"#)
        #expect(response.status == 422)
        let errors = try #require(try response.json()["errors"])
        let fields = try (0..<4).map { try #require(errors[$0]?["field"]) }
        #expect(Set(fields) == ["name", "count", "tags[1]", "tags[0].word"])
        #expect(try response.json()["code"] == "validation_failed")
    }

    @Test(
        "bad bodies get the status the conventions name",
        arguments: [
            ("application/json", "{\"name\":", 400, "malformed_json"),
            ("text/plain", "name", 415, "unsupported_media_type"),
            ("application/json", "[1]", 422, "validation_failed"),
            ("application/json", #"{"name":1,"count":"x","tags":{}}"#, 422, "validation_failed"),
            ("application/json", #"{"name":"a","count":2.5,"tags":[]}"#, 422, "validation_failed"),
        ])
    func badBodies(type: String, body: String, status: Int, code: String) async throws {
        let sample = try SampleSite()
        let response = await sample.send(
            .post, "/shop/api/v1/items",
            [
                "cookie": "who=writer", "content-type": type,
                "x-csrf-token": sample.csrf.token(for: "session-writer").value,
            ],
            body: body)
        #expect(response.status.code == status)
        #expect(try response.json()["code"] == .string(code))
        #expect(response.headers["content-type"] == "application/problem+json")
    }

    @Test("without a session a program gets 401 and a page sends to sign-in with the way back")
    func signIn() async throws {
        let sample = try SampleSite()
        #expect(
            await sample.send(.post, "/shop/api/v1/items", ["content-type": "application/json"], body: "{}").status
                == 401)
        let page = await sample.send(.get, "/shop/items?x=1")
        #expect(page.status == .seeOther)
        #expect(page.headers["location"] == "/shop/sign-in?next=%2Fshop%2Fitems%3Fx%3D1")
    }

    @Test("a role without the permission gets 403 on the right token")
    func permission() async throws {
        #expect(try await SampleSite().post("/shop/api/v1/items", as: "reader", "{}").status == 403)
    }

    @Test("every refusal to somebody who is signed in is told, whatever the reason")
    func denials() async throws {
        let told = Mutex<[String]>([])
        let sample = try SampleSite { context, route in
            told.withLock { $0.append("\(context.principal?.name ?? "") \(route.name)") }
        }
        _ = await sample.post("/shop/api/v1/items", as: "reader", "{}")
        _ = await sample.send(.get, "/shop/api/v1/private", ["cookie": "who=reader"])
        let withoutToken: Headers = ["cookie": "who=writer", "content-type": "application/json"]
        _ = await sample.send(.post, "/shop/api/v1/items", withoutToken)
        _ = await sample.send(.get, "/shop/api/v1/private")
        #expect(told.withLock(\.self) == ["reader createItem", "reader private", "writer createItem"])
    }

    @Test("a cookie's unsafe request needs the token of its own session and an origin of this site")
    func csrf() async throws {
        let sample = try SampleSite()
        let foreign = sample.csrf.token(for: "session-reader").value
        let own = sample.csrf.token(for: "session-writer").value
        let body = #"{"name":"a","count":1,"tags":[]}"#
        let base: Headers = ["cookie": "who=writer", "content-type": "application/json", "host": "a.example"]
        func status(_ extra: [(String, String)]) async -> Int {
            var headers = base
            for (name, value) in extra { headers.add(name, value) }
            return await sample.send(.post, "/shop/api/v1/items", headers, body: body).status.code
        }
        #expect(await status([]) == 403)
        #expect(await status([("x-csrf-token", foreign)]) == 403)
        #expect(await status([("x-csrf-token", own), ("origin", "http://evil.example")]) == 403)
        #expect(await status([("x-csrf-token", own), ("sec-fetch-site", "cross-site")]) == 403)
        #expect(await status([("x-csrf-token", own), ("origin", "https://a.example")]) == 403)
        #expect(await status([("x-csrf-token", own), ("origin", "http://a.example:81")]) == 403)
        #expect(await status([("x-csrf-token", own), ("origin", "http://a.example")]) == 201)
        #expect(await status([("x-csrf-token", own), ("sec-fetch-site", "same-origin")]) == 201)
    }

    @Test("over TLS a page that came without is another site's")
    func plainOrigin() async throws {
        let sample = try SampleSite(isSecure: true)
        func status(_ origin: String) async -> Int {
            let headers: Headers = [
                "cookie": "who=writer", "content-type": "application/json", "host": "a.example", "origin": origin,
                "x-csrf-token": sample.csrf.token(for: "session-writer").value,
            ]
            let body = #"{"name":"a","count":1,"tags":[]}"#
            return await sample.send(.post, "/shop/api/v1/items", headers, body: body).status.code
        }
        #expect(await status("https://a.example") == 201)
        #expect(await status("http://a.example") == 403)
    }

    @Test("forms of visitors are bound to a cookie that the page sets")
    func anonymousForm() async throws {
        let sample = try SampleSite()
        let page = await sample.send(.get, "/shop/sign-in")
        let cookie = try #require(page.headers["set-cookie"]?.split(separator: ";").first.map(String.init))
        let token = page.bodyText.replacing("<p>", with: "").replacing("</p>", with: "")
        let form: Headers = ["content-type": "application/x-www-form-urlencoded", "cookie": cookie]
        #expect(await sample.send(.post, "/shop/sign-in", form, body: "_csrf=\(token)").status == .seeOther)
        #expect(await sample.send(.post, "/shop/sign-in", form, body: "_csrf=x").status == 403)
        #expect(
            await sample.send(
                .post, "/shop/sign-in", ["content-type": "application/x-www-form-urlencoded"], body: "_csrf=\(token)"
            ).status == 403)
    }

    @Test("unknown addresses, wrong methods and failures carry the same headers as a success")
    func errors() async throws {
        let sample = try SampleSite()
        let missing = await sample.send(.get, "/shop/api/v1/nothing")
        #expect(missing.status == 404)
        let wrong = await sample.send(.delete, "/shop/api/v1/items/1")
        #expect(wrong.status == 405)
        #expect(wrong.headers["allow"] == "GET, HEAD, PATCH")
        let trace = await sample.send(HTTPMethod("TRACE"), "/shop/api/v1/items/1", ["cookie": "who=writer"])
        #expect(trace.status == 405)
        #expect(!trace.bodyText.contains("writer"))
        let broken = await sample.send(.get, "/shop/api/v1/broken")
        #expect(broken.status == 500)
        #expect(!broken.bodyText.contains("Teapot"))
        for response in [missing, wrong, trace, broken] {
            #expect(response.headers["x-request-id"] != nil)
            #expect(response.headers["x-content-type-options"] == "nosniff")
            #expect(response.headers["cache-control"] == "no-store")
        }
    }

    @Test("an error page is shown where a browser asks for a page, escaped")
    func errorPage() async throws {
        let response = try await SampleSite().send(.get, "/shop/nothing", ["accept": "text/html"])
        #expect(response.status == 404)
        #expect(response.bodyText.hasPrefix("<h1>"))
        #expect(response.headers["content-security-policy"]?.contains("script-src 'self' 'nonce-") == true)
    }

    @Test("validated answers have a tag, and what the client has is not sent again")
    func conditional() async throws {
        let sample = try SampleSite()
        let first = await sample.send(.get, "/shop/api/v1/items/4")
        let tag = try #require(first.headers["etag"])
        let second = await sample.send(.get, "/shop/api/v1/items/4", ["if-none-match": "\"other\", W/\(tag)"])
        #expect(second.status == .notModified)
        #expect(second.bodyText.isEmpty)
        #expect(await sample.send(.get, "/shop/api/v1/items/5", ["if-none-match": tag]).status == .ok)
    }

    @Test("what stands in a path is decoded once")
    func decodedOnce() async throws {
        let sample = try SampleSite()
        let once = await sample.send(.get, "/shop/api/v1/items/%34")
        #expect(once.status == .ok)
        #expect(try once.json()["id"] == "4")
        for target in ["items/%2534", "items/%252534", "items/4%252F", "items%252F4"] {
            #expect(await sample.send(.get, "/shop/api/v1/\(target)").status == 404, "\(target)")
        }
    }

    @Test("a request has the id that a trusted proxy gave it, and none that a stranger names")
    func requestIDs() async throws {
        let sample = try SampleSite(trusted: ["10.0.0.0/8"])
        func id(from peer: String) async -> String? {
            await sample.send(.get, "/shop/api/v1/items/1", ["x-request-id": "chosen-by-somebody"], peer: peer)
                .headers["x-request-id"]
        }
        #expect(await id(from: "10.0.0.7") == "chosen-by-somebody")
        let own = try #require(await id(from: "192.0.2.1"))
        #expect(own.utf8.count == 32 && own.allSatisfy(\.isHexDigit))
    }

    @Test("an id that is no number is an unknown resource", arguments: ["abc", "-1", "1.0", "99999999999999999999"])
    func unknownID(id: String) async throws {
        #expect(try await SampleSite().send(.get, "/shop/api/v1/items/\(id)").status == 404)
    }

    @Test("routes that wait for nothing are answered at once, others not")
    func immediate() throws {
        let site = try SampleSite().site
        func request(_ target: String) -> Request {
            Request(head: RequestHead(method: .get, target: target, headers: [:], peer: "192.0.2.1"))
        }
        #expect(site.respondAtOnce(to: request("/shop/now"))?.bodyText == "now")
        let json = try #require(site.respondAtOnce(to: request("/shop/api/v1/now")))
        #expect(json.headers["content-type"] == "application/json")
        #expect(site.respondAtOnce(to: request("/shop/api/v1/items/1")) == nil)
        #expect(site.respondAtOnce(to: request("/shop/nothing")) == nil)
    }

    @Test("what is counted is not answered at once, because counting may wait")
    func countedIsDeferred() throws {
        let counted = Request(head: RequestHead(method: .get, target: "/shop/counted", headers: [:], peer: "192.0.2.1"))
        #expect(try SampleSite().site.respondAtOnce(to: counted)?.bodyText == "counted")
        #expect(try SampleSite(isLimited: true).site.respondAtOnce(to: counted) == nil)
    }

    @Test("over TLS the visit cookie is locked to the host and the browser is told to stay on TLS")
    func secure() async throws {
        let page = try await SampleSite(isSecure: true).send(.get, "/shop/sign-in")
        #expect(page.headers["set-cookie"]?.hasPrefix("__Host-") == true)
        #expect(page.headers["set-cookie"]?.contains("; Secure") == true)
        #expect(page.headers["strict-transport-security"] != nil)
    }

    @Test("an edit on the ground of a state that is gone is refused, of the present one taken")
    func precondition() async throws {
        let sample = try SampleSite()
        let tag = try #require(await sample.send(.get, "/shop/api/v1/items/4").headers["etag"])
        #expect(await sample.send(.patch, "/shop/api/v1/items/4", ["if-match": tag]).status == .ok)
        #expect(await sample.send(.patch, "/shop/api/v1/items/4", ["if-match": "\"x\", \(tag)"]).status == .ok)
        #expect(await sample.send(.patch, "/shop/api/v1/items/4").status == .ok)
        let stale = await sample.send(.patch, "/shop/api/v1/items/4", ["if-match": "\"stale\""])
        #expect(stale.status == 412)
        #expect(try stale.json()["code"] == "stale")
    }

    @Test("text that no database keeps is the caller's mistake")
    func unstorable() async throws {
        #expect(try await SampleSite().send(.get, "/shop/api/v1/unstorable").status == 422)
    }

    @Test("where no application answers, a browser gets a page and a program a problem")
    func nowhere() async throws {
        let sample = try SampleSite()
        let page = await sample.send(.get, "/elsewhere", ["accept": "text/html"])
        #expect(page.bodyText.hasPrefix("<h1>Portico: "))
        #expect(await sample.send(.get, "/elsewhere").headers["content-type"] == "application/problem+json")
        let tooLarge = sample.site.refusal(
            413, head: RequestHead(method: .post, target: "/shop/sign-in", headers: [:], peer: "192.0.2.1"),
            peer: "192.0.2.1")
        #expect(tooLarge.headers["content-type"] == "text/html; charset=utf-8")
    }

    @Test("a form of somebody whose session is over leads back to the page above it")
    func wayBack() async throws {
        let answer = try await SampleSite().send(.post, "/shop/items/3/order", body: "count=1")
        #expect(answer.headers["location"] == "/shop/sign-in?next=%2Fshop%2Fitems")
    }

    @Test(
        "figures for operators are told to this machine, and not to whoever comes through a proxy on it",
        arguments: [[:], ["x-forwarded-for": "rubbish"], ["via": "1.1 proxy"]])
    func operators(headers: [String: String]) async throws {
        let sample = try SampleSite(trusted: ["127.0.0.0/8"])
        var fields: Headers = [:]
        for (name, value) in headers { fields.add(name, value) }
        let here = await sample.send(.get, "/peek", fields, peer: "127.0.0.1")
        #expect(here.status.code == (headers.isEmpty ? 200 : 403))
        #expect(await sample.send(.get, "/peek", peer: "192.0.2.1").status == 403)
    }
}
