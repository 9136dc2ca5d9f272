import PorticoHTTP
import PorticoValues

/// The opening handshake of a WebSocket (RFC 6455 §4.2): checks what the client sends and makes the answer.
public struct WebSocketHandshake: Sendable {
    let deflate: PermessageDeflate?
    /// The subprotocol that both sides speak; nil when none was asked for.
    public let subprotocol: String?
    private let acceptance: String

    /// Checks a request.
    /// - Parameters:
    ///   - subprotocols: those spoken here, the best first. A client that asks for others only is refused.
    ///   - site: whose pages may connect. A request without an origin comes from a program and not from somebody else's
    ///     page, and is let in.
    ///   - origins: origins that may connect besides, as browsers write them: `https://desk.example`.
    ///   - compresses: whether permessage-deflate is agreed to where the client offers it.
    /// - Throws: ``Problem``: 426 with the version spoken here, 400 for what is no handshake, 403 for another origin.
    public init(
        _ head: RequestHead, subprotocols: [String] = [], site: SiteOrigin = SiteOrigin(), origins: Set<String> = [],
        compresses: Bool = true
    ) throws(Problem) {
        let headers = head.headers
        guard WebSocketHandshake.names("websocket", in: headers.values("upgrade")),
            WebSocketHandshake.names("upgrade", in: headers.values("connection")), head.method == .get
        else {
            throw Problem(
                426, "websocket_expected", "This address speaks WebSocket.",
                headers: ["upgrade": "websocket", "connection": "upgrade"])
        }
        guard headers.values("sec-websocket-version") == ["13"] else {
            throw Problem(
                426, "websocket_version", "WebSocket version 13 is spoken here.",
                headers: ["sec-websocket-version": "13"])
        }
        let keys = headers.values("sec-websocket-key")
        guard keys.count == 1, WebSocketHandshake.isKey(keys[0]), headers["transfer-encoding"] == nil,
            headers["content-length"].map({ $0 == "0" }) ?? true
        else { throw Problem(400, "websocket_handshake", "This is no opening handshake of a WebSocket.") }
        // A browser always says which origin a page has, and a page can't change that.
        guard site.owns(head) || head.headers["origin"].map({ origins.contains($0) }) == true else {
            throw Problem(403, "origin_refused", "Pages of another site may not connect here.")
        }
        let wanted = headers.values("sec-websocket-protocol").flatMap(WebSocketHandshake.tokens)
        subprotocol = subprotocols.first { wanted.contains($0) }
        guard subprotocol != nil || wanted.isEmpty || subprotocols.isEmpty else {
            throw Problem(
                400, "websocket_subprotocol", "Spoken here: \(subprotocols.joined(separator: ", ")).")
        }
        deflate = compresses ? PermessageDeflate(offeredIn: headers.values("sec-websocket-extensions")) : nil
        acceptance = WebSocketHandshake.acceptance(of: keys[0])
    }

    /// The answer, after which `socket` speaks on the connection.
    func response(for socket: WebSocket) -> Response {
        var response = Response(
            .switchingProtocols,
            headers: ["upgrade": "websocket", "connection": "Upgrade", "sec-websocket-accept": acceptance])
        if let subprotocol { response.headers.add("sec-websocket-protocol", subprotocol) }
        if let deflate { response.headers.add("sec-websocket-extensions", deflate.answer) }
        response.takeover = socket
        return response
    }

    /// Proves that the key was read by somebody who speaks WebSocket (§4.2.2).
    static func acceptance(of key: String) -> String {
        padded(SHA1.digest(Array("\(key)258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8)))
    }

    /// Base64 with its usual alphabet and padding (RFC 4648 §4).
    private static func padded(_ bytes: [UInt8]) -> String {
        let text = bytes.base64URL.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        return String(text) + String(repeating: "=", count: (4 - text.count % 4) % 4)
    }

    /// 16 bytes in Base64: 22 characters and the padding.
    private static func isKey(_ key: String) -> Bool {
        guard key.utf8.count == 24, key.hasSuffix("==") else { return false }
        return key.utf8.dropLast(2).allSatisfy { byte in
            switch byte {
            case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2B, 0x2F: true
            default: false
            }
        }
    }

    private static func names(_ token: String, in fields: [String]) -> Bool {
        fields.flatMap(tokens).contains { $0.lowercased() == token }
    }

    private static func tokens(_ field: String) -> [String] {
        field.split { $0 == "," || $0 == " " || $0 == "\t" }.map { String($0) }
    }
}
