import PorticoHTTP
import PorticoValues

/// How long sessions last and how their cookie looks.
public struct SessionSettings: Sendable {
    /// Name of the cookie.
    public let cookieName: String
    /// Whether the cookie may only travel over TLS.
    public let isSecure: Bool
    /// After how long without a request a session ends.
    public var idle: Span = .hours(12)
    /// After how long a session ends in any case.
    public var absolute: Span = .days(30)
    /// After how long a session ends, used or not, whose owner wants to stay signed in; zero where that is not offered.
    public var kept: Span = .days(30)
    /// Whether signing in ends everything else the account is signed in with.
    public var isSingle = false

    /// Settings of an application.
    /// - Parameter isSecure: false only on plain HTTP over loopback; browsers refuse `__Host-` cookies there.
    public init(application: String, isSecure: Bool) {
        self.isSecure = isSecure
        cookieName = isSecure ? "__Host-\(application)_session" : "\(application)_session"
    }

    /// The `Set-Cookie` value that gives a session to a browser.
    func cookie(for token: SessionToken, isKept: Bool = false) -> String {
        "\(cookieName)=\(token.text); Max-Age=\(life(isKept: isKept).seconds)\(attributes)"
    }

    /// The `Set-Cookie` value that takes it away.
    var emptyCookie: String {
        "\(cookieName)=; Max-Age=0\(attributes)"
    }

    /// Of all cookies about signing in.
    var attributes: String {
        "; Path=/; HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")"
    }

    /// The session that a request carries, as far as its form tells: another path or host may have set a cookie of the
    /// same name beside ours.
    func token(in head: RequestHead) -> SessionToken? {
        head.cookies(cookieName).lazy.compactMap { SessionToken($0) }.first
    }
}

/// What a browser holds to be known again: 256 random bits. Only its hash is stored.
struct SessionToken: Sendable, Hashable {
    /// The bits as URL-safe Base64.
    let text: String
    /// SHA-256 of the bits.
    let hash: [UInt8]

    /// A new token.
    init() {
        let bytes = randomBytes(32)
        text = bytes.base64URL
        hash = Digest.sha256(bytes)
    }

    /// The token with this text, or nil when it can't be one.
    init?(_ text: String) {
        guard text.utf8.count == 43, let bytes = [UInt8](base64URL: text) else { return nil }
        self.text = text
        hash = Digest.sha256(bytes)
    }
}
