import PorticoHTTP
import PorticoJSON

/// Somebody who talks to a node, signed in or not.
struct Visitor: Sendable {
    /// The password of all demonstration accounts.
    static let password = "Portico-demo-1!"
    /// Where the application's API is.
    static let api = "/bags/api/v1"

    let port: Int
    private(set) var cookie: String?
    private(set) var csrf: String?

    /// Nobody in particular.
    init(port: Int) {
        self.port = port
    }

    /// The same person at another node.
    func at(_ other: RunningPortico) -> Visitor {
        var visitor = Visitor(port: other.port)
        visitor.cookie = cookie
        visitor.csrf = csrf
        return visitor
    }

    /// The same person with one more cookie.
    func carrying(_ more: String?) -> Visitor {
        var visitor = self
        if let more { visitor.cookie = cookie.map { "\($0); \(more)" } ?? more }
        return visitor
    }

    /// Signs a demonstration account in.
    /// - Throws: ``Disconnected``, also when the answer is not 201.
    static func signedIn(as role: String, at node: RunningPortico) async throws -> Visitor {
        var visitor = Visitor(port: node.port)
        let body: JSONValue = ["email": .string("\(role)@bags.demo"), "password": .string(password)]
        let answer = try await visitor.send("POST", "\(api)/session", body)
        guard answer.status == 201, let field = answer.header("set-cookie") else {
            throw Disconnected(description: "signing in as \(role) gave \(answer.status): \(answer.text)")
        }
        visitor.cookie = field.split(separator: ";").first.map(String.init)
        visitor.csrf = answer.json["csrf_token"]?.string
        return visitor
    }

    /// Sends a request over a connection of its own.
    func send(_ method: String, _ target: String, _ body: JSONValue? = nil) async throws -> Answer {
        try await onThread { try send(method, target, body, over: try HTTPConnection(port: port)) }
    }

    /// GET of any address, over a connection of its own.
    /// - Parameter tag: of the answer that this visitor has already.
    func read(_ target: String, holding tag: String? = nil) async throws -> Answer {
        try await onThread { try read(target, holding: tag, over: try HTTPConnection(port: port)) }
    }

    /// The same over a connection that is open.
    func read(_ target: String, holding tag: String? = nil, over connection: HTTPConnection) throws -> Answer {
        try connection.send(request("GET", target, fields: tag.map { ["If-None-Match: \($0)"] } ?? []))
        return try connection.answer()
    }

    /// GET of the API.
    func get(_ path: String) async throws -> Answer {
        try await send("GET", Visitor.api + path)
    }

    /// POST to the API.
    func post(_ path: String, _ body: JSONValue) async throws -> Answer {
        try await send("POST", Visitor.api + path, body)
    }

    /// Sends a request over a connection that is open.
    func send(
        _ method: String, _ target: String, _ body: JSONValue? = nil, over connection: HTTPConnection
    ) throws -> Answer {
        try connection.send(request(method, target, body))
        return try connection.answer()
    }

    /// The bytes of a request.
    /// - Parameter fields: more lines of its head.
    func request(_ method: String, _ target: String, _ body: JSONValue? = nil, fields: [String] = []) -> [UInt8] {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
        if let cookie { head += "Cookie: \(cookie)\r\n" }
        if let csrf, method != "GET" { head += "X-CSRF-Token: \(csrf)\r\n" }
        for field in fields { head += "\(field)\r\n" }
        let bytes = body?.bytes ?? []
        if body != nil { head += "Content-Type: application/json\r\n" }
        if method != "GET" { head += "Content-Length: \(bytes.count)\r\n" }
        return Array("\(head)\r\n".utf8) + bytes
    }
}
