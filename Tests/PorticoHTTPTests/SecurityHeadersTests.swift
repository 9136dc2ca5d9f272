import Logging
import PorticoPages
import PorticoTelemetry
import PorticoValues
import Testing

@testable import PorticoHTTP

/// The values of the header fields that tell browsers what they may do with an answer.
@Suite struct SecurityHeadersTests {
    private static let fields = [
        "x-content-type-options", "referrer-policy", "cross-origin-opener-policy", "cross-origin-resource-policy",
        "content-security-policy", "x-frame-options", "permissions-policy", "strict-transport-security",
    ]
    /// What every answer carries.
    private static let common = [
        "x-content-type-options": "nosniff", "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
    ]
    /// What answers carry that are no pages.
    private static let plain = common.merging(
        ["content-security-policy": "default-src 'none'; frame-ancestors 'none'"]
    ) { $1 }

    /// What pages carry, with the nonce of one of them.
    private static func page(_ nonce: String) -> [String: String] {
        common.merging(
            [
                "content-security-policy": """
                default-src 'none'; script-src 'self' 'nonce-\(nonce)'; style-src 'self' 'nonce-\(nonce)'; \
                img-src 'self' data:; font-src 'self'; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; \
                manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
                """, "x-frame-options": "DENY",
                "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
            ]) { $1 }
    }

    private func values(_ response: Response) -> [String: String] {
        var values: [String: String] = [:]
        for field in SecurityHeadersTests.fields {
            let all = response.headers.values(field)
            #expect(all.count <= 1, "\(field) stands more than once")
            values[field] = all.first
        }
        return values
    }

    private func nonce(_ response: Response) throws -> String {
        let policy = try #require(response.headers["content-security-policy"])
        let nonce = try #require(policy.firstMatch(of: /'nonce-([^']+)'/))
        return String(nonce.1)
    }

    @Test(
        "a page carries a policy of its own, with another nonce each time",
        arguments: ["/shop/sign-in", "/shop/nothing"])
    func pages(target: String) async throws {
        let sample = try SampleSite()
        let first = await sample.send(.get, target, ["accept": "text/html"])
        let second = await sample.send(.get, target, ["accept": "text/html"])
        let nonces = [try nonce(first), try nonce(second)]
        #expect(values(first) == SecurityHeadersTests.page(nonces[0]))
        #expect(values(second) == SecurityHeadersTests.page(nonces[1]))
        #expect(nonces[0] != nonces[1] && nonces[0].utf8.count == 32)
    }

    @Test("what is no page may load nothing, whether it is an answer or a refusal")
    func programs() async throws {
        let sample = try SampleSite()
        for target in ["items/1", "nothing", "broken", "private", "text", "now"] {
            let response = await sample.send(.get, "/shop/api/v1/\(target)")
            #expect(values(response) == SecurityHeadersTests.plain, "\(target)")
        }
        let unsafe = await sample.post("/shop/api/v1/items", as: "writer", #"{"name":""}"#)
        #expect(unsafe.status == 422 && values(unsafe) == SecurityHeadersTests.plain)
        let redirect = await sample.send(.get, "/shop/items")
        #expect(redirect.status == .seeOther && values(redirect) == SecurityHeadersTests.plain)
        let malformed = sample.site.refusal(HTTPStatus(400), head: nil, peer: "192.0.2.1")
        #expect(values(malformed) == SecurityHeadersTests.plain)
    }

    @Test("so may embedded files, drawings too", arguments: ["app.css", "logo.svg", "nothing"])
    func assets(name: String) async throws {
        var library = AssetLibrary()
        library.add(
            [EmbeddedAsset(name: "app.css", content: "b{}"), EmbeddedAsset(name: "logo.svg", content: "<svg/>")],
            folder: "shop")
        let site = try Site(
            Site.Configuration(
                mounts: [Mount(id: "portico", prefix: "", title: "Portico", routes: library.routes)],
                csrf: CSRFSigner(key: Array(repeating: 7, count: 32)), clock: Clock(standingAt: Instant(seconds: 1)),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
                assets: library.links))
        let head = RequestHead(method: .get, target: library.links(name), headers: [:], peer: "192.0.2.1")
        let request = Request(head: head)
        let response: Response
        if let now = site.respondAtOnce(to: request) {
            response = now
        } else {
            response = await site.respond(to: request)
        }
        #expect(response.status == (name == "nothing" ? 404 : 200))
        #expect(values(response) == SecurityHeadersTests.plain)
    }

    @Test("over TLS every answer tells the browser to stay there for two years, below this name too")
    func transport() async throws {
        let sample = try SampleSite(isSecure: true)
        for target in ["/shop/sign-in", "/shop/api/v1/items/1", "/shop/nothing", "/shop/api/v1/broken"] {
            let response = await sample.send(.get, target)
            let value = response.headers["strict-transport-security"]
            #expect(value == "max-age=63072000; includeSubDomains; preload", "\(target)")
        }
        let plain = await (try SampleSite()).send(.get, "/shop/sign-in")
        #expect(plain.headers["strict-transport-security"] == nil)
    }

    @Test("the cookie of visitors is sent to this site only")
    func visit() async throws {
        for isSecure in [false, true] {
            let page = await (try SampleSite(isSecure: isSecure)).send(.get, "/shop/sign-in")
            let cookie = try #require(page.headers["set-cookie"])
            #expect(cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")"))
        }
    }
}
