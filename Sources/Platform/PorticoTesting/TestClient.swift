import PorticoHTTP
import PorticoJSON
import PorticoValues
import Synchronization

/// A browser-like client that talks to a responder in memory: keeps cookies, sends the CSRF token it was given.
///
/// ```swift
/// let client = TestClient(site)
/// try await client.signIn("biller@bags.demo", password, at: "/bags")
/// let answer = await client.post("/bags/api/v1/scans/parent", ["code": "SB00001"])
/// #expect(answer.status == 201)
/// ```
public final class TestClient: Sendable {
    private struct State {
        var cookies: [String: String] = [:]
        var token: String?
    }

    private let responder: any HTTPResponder
    private let state = Mutex(State())
    private let peer: String

    /// A client without cookies.
    public init(_ responder: any HTTPResponder, peer: String = "192.0.2.10") {
        self.responder = responder
        self.peer = peer
    }

    /// Signs in over the JSON API and keeps session and token.
    /// - Throws: ``TestClientError`` when the answer is not 201.
    @discardableResult
    public func signIn(_ email: String, _ password: String, at mount: String) async throws -> TestAnswer {
        let answer = await post(
            "\(mount)/api/v1/session", ["email": .string(email), "password": .string(password)])
        guard answer.status == 201, case .string(let token) = answer.json["csrf_token"] else {
            throw TestClientError(description: "signing in as \(email) gave \(answer.status): \(answer.text)")
        }
        state.withLock { $0.token = token }
        return answer
    }

    /// GET.
    public func get(_ target: String, _ headers: Headers = [:]) async -> TestAnswer {
        await send(.get, target, headers, body: [])
    }

    /// DELETE.
    public func delete(_ target: String, _ headers: Headers = [:]) async -> TestAnswer {
        await send(.delete, target, headers, body: [])
    }

    /// POST with a JSON body.
    public func post(_ target: String, _ body: JSONValue = .object([]), _ headers: Headers = [:]) async -> TestAnswer {
        await json(.post, target, body, headers)
    }

    /// PUT with a JSON body.
    public func put(_ target: String, _ body: JSONValue, _ headers: Headers = [:]) async -> TestAnswer {
        await json(.put, target, body, headers)
    }

    /// PATCH with a JSON body.
    public func patch(_ target: String, _ body: JSONValue, _ headers: Headers = [:]) async -> TestAnswer {
        await json(.patch, target, body, headers)
    }

    /// POST of a form, with the token of the page that holds it. The token is read from the field `_csrf` of `page`.
    public func submit(
        _ target: String, _ fields: KeyValuePairs<String, String>, from page: TestAnswer? = nil
    ) async -> TestAnswer {
        var pairs = fields.map { "\(PercentCoding.encode($0.key))=\(PercentCoding.encode($0.value))" }
        if let token = page?.hiddenField("_csrf") ?? state.withLock({ $0.token }) {
            pairs.append("_csrf=\(PercentCoding.encode(token))")
        }
        return await send(
            .post, target, ["content-type": "application/x-www-form-urlencoded"],
            body: Array(pairs.joined(separator: "&").utf8))
    }

    /// Any request. Cookies and the token are added, cookies of the answer are kept.
    public func send(_ method: HTTPMethod, _ target: String, _ headers: Headers, body: [UInt8]) async -> TestAnswer {
        var headers = headers
        let (cookies, token) = state.withLock { ($0.cookies, $0.token) }
        if !cookies.isEmpty {
            headers.setDefault(
                "cookie", cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "; "))
        }
        if let token, !method.isSafe { headers.setDefault("x-csrf-token", token) }
        headers.setDefault("host", "portico.test")
        let request = Request(
            head: RequestHead(method: method, target: target, headers: headers, peer: peer), body: body)
        let response: Response
        if let now = responder.respondAtOnce(to: request) {
            response = now
        } else {
            response = await responder.respond(to: request)
        }
        keepCookies(of: response)
        return TestAnswer(response)
    }

    private func json(_ method: HTTPMethod, _ target: String, _ body: JSONValue, _ headers: Headers) async -> TestAnswer
    {
        var headers = headers
        headers.setDefault("content-type", "application/json")
        return await send(method, target, headers, body: body.bytes)
    }

    private func keepCookies(of response: Response) {
        for cookie in response.headers.values("set-cookie") {
            let parts = cookie.split(separator: ";")
            let pair = parts[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(pair[0])
            let isGone = parts.contains { $0.contains("Max-Age=0") }
            state.withLock { $0.cookies[name] = isGone ? nil : pair.count > 1 ? String(pair[1]) : "" }
        }
    }
}

/// What a ``TestClient`` got.
public struct TestAnswer: Sendable {
    /// The whole answer.
    public let response: Response

    /// An answer.
    public init(_ response: Response) {
        self.response = response
    }

    /// Its status.
    public var status: Int { response.status.code }

    /// Its body; empty when it is none or streams.
    public var bytes: [UInt8] {
        if case .bytes(let bytes) = response.body { bytes } else { [] }
    }

    /// Its body, also one that streams, which is then run to its end.
    /// - Throws: what the stream throws.
    public func whole() async throws -> [UInt8] {
        guard case .stream(let produce) = response.body else { return bytes }
        let gathered = GatheredBody()
        try await produce(gathered)
        return gathered.bytes.withLock { $0 }
    }

    /// Its body as text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Its body as JSON; null when it is none.
    public var json: JSONValue { (try? JSONValue(parsing: bytes)) ?? .null }

    /// The code of a problem, or nil.
    public var problemCode: String? {
        if case .string(let code) = json["code"], status >= 400 { code } else { nil }
    }

    /// A header field.
    public subscript(header name: String) -> String? { response.headers[name] }

    /// The value of a hidden field of a page.
    public func hiddenField(_ name: String) -> String? {
        for tag in text.split(separator: "<") where tag.hasPrefix("input") && tag.contains("name=\"\(name)\"") {
            guard let value = tag.split(separator: "value=\"", maxSplits: 1).dropFirst().first else { continue }
            return String(value.prefix { $0 != "\"" })
        }
        return nil
    }
}

/// Takes a streamed body into memory.
private final class GatheredBody: BodyWriter {
    let bytes = Mutex<[UInt8]>([])

    func write(_ bytes: [UInt8]) async throws {
        self.bytes.withLock { $0 += bytes }
    }
}

/// Why a test's client can't go on.
public struct TestClientError: Error, CustomStringConvertible {
    /// What happened.
    public let description: String
}
