/// Why a WebSocket ends (RFC 6455 §7.4).
public struct WebSocketClose: Sendable, Hashable {
    /// The code.
    public let code: UInt16
    /// Words for a developer who reads the log of a browser; at most 123 bytes are sent.
    public let reason: String

    /// A reason.
    public init(_ code: UInt16, _ reason: String = "") {
        self.code = code
        self.reason = reason
    }

    /// 1000: it has done its work.
    public static let normal = WebSocketClose(1000)
    /// 1001: the server stops; come back in a moment.
    public static let goingAway = WebSocketClose(1001, "the server restarts")
    /// 1002: the other side breaks the protocol.
    public static func protocolError(_ reason: String) -> WebSocketClose { WebSocketClose(1002, reason) }
    /// 1007: text that is not UTF-8, or bytes that do not inflate.
    public static func badData(_ reason: String) -> WebSocketClose { WebSocketClose(1007, reason) }
    /// 1008: against the rules of this server.
    public static func policy(_ reason: String) -> WebSocketClose { WebSocketClose(1008, reason) }
    /// 1009: larger than allowed.
    public static let tooBig = WebSocketClose(1009, "the message is too large")
    /// 1013: the client is too slow, or there is too much to do; come back later.
    public static let tryAgainLater = WebSocketClose(1013, "too slow; load anew and come back")

    /// Whether a peer may send the code (§7.4.1, §7.4.2, and the IANA registry up to 1014).
    static func isValid(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    /// The body of a close frame.
    var payload: [UInt8] {
        var words = Array(reason.utf8.prefix(123))
        // Cut between characters.
        while !words.isEmpty, String(validating: words, as: UTF8.self) == nil { words.removeLast() }
        return [UInt8(truncatingIfNeeded: code >> 8), UInt8(truncatingIfNeeded: code)] + words
    }

    /// The reason in the body of a close frame; nil for an empty one.
    /// - Throws: 1002 for a code that must not be sent, 1007 for words that are not UTF-8.
    static func parse(_ payload: [UInt8]) throws(WebSocketFailure) -> WebSocketClose? {
        guard !payload.isEmpty else { return nil }
        guard payload.count >= 2 else { throw WebSocketFailure(.protocolError("half a close code")) }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        guard isValid(code) else { throw WebSocketFailure(.protocolError("a close code that must not be sent")) }
        guard let reason = String(validating: payload[2...], as: UTF8.self) else {
            throw WebSocketFailure(.badData("the reason is not UTF-8"))
        }
        return WebSocketClose(code, reason)
    }
}

/// Bytes that end a connection.
struct WebSocketFailure: Error, Hashable {
    let close: WebSocketClose

    init(_ close: WebSocketClose) {
        self.close = close
    }
}
