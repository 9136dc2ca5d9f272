import PorticoHTTP

/// The token a request carries in its `Authorization` field (RFC 6750 §2.1).
enum BearerCredential {
    /// The token; nil when the request has no such field or one with another scheme.
    /// - Throws: 401 `invalid_token` when there are several or what follows the scheme is no token.
    static func token(in head: RequestHead) throws -> String? {
        let values = head.headers.values("authorization")
        guard let value = values.first else { return nil }
        guard values.count == 1 else { throw refusal }
        let scheme = value.prefix { $0 != " " }
        guard scheme.lowercased() == "bearer" else { return nil }
        let token = value[scheme.endIndex...].drop { $0 == " " }
        guard !token.isEmpty, token.utf8.count <= SignedText.byteLimit else { throw refusal }
        return String(token)
    }

    /// Whether the request asks for new credentials: then it does not matter what old ones a program still sends along.
    static func asksForCredentials(_ head: RequestHead) -> Bool { asksForCredentials(head.method, head.path) }

    /// The same of a method and a path, with the mount or without.
    static func asksForCredentials(_ method: HTTPMethod, _ path: some StringProtocol) -> Bool {
        guard method == .post else { return false }
        return ["/api/v1/session", "/api/v1/tokens", "/api/v1/tokens/refresh"].contains { path.hasSuffix($0) }
    }

    /// The answer to any token that does not hold, whatever the reason (RFC 6750 §3.1).
    static let refusal = Problem(
        401, "invalid_token", "The token has expired, was revoked or is none of ours. Get a new one.",
        headers: ["www-authenticate": #"Bearer error="invalid_token""#])
}
