import PorticoJSON
import PorticoValues

/// What an access token says (RFC 7519). It is believed for half an hour at most, and only while its family lives.
struct AccessToken: Sendable, Hashable {
    /// Id of the token.
    let id: String
    /// Whose it is.
    let accountID: Int64
    /// The family it belongs to: everything that came from one sign-in.
    let family: [UInt8]
    /// When it was made, to the second.
    let issuedAt: Instant
    /// When it ends, to the second.
    let expiresAt: Instant

    /// A new token.
    init(accountID: Int64, family: [UInt8], issuedAt: Instant, expiresAt: Instant) {
        id = randomBytes(16).base64URL
        self.accountID = accountID
        self.family = family
        self.issuedAt = AccessToken.second(of: issuedAt)
        self.expiresAt = AccessToken.second(of: expiresAt)
    }

    private static func second(of instant: Instant) -> Instant {
        Instant(milliseconds: instant.milliseconds - instant.milliseconds % 1000)
    }
}

extension AccessToken {
    /// The claims for an application's clients.
    func claims(issuer: String, audience: String) -> JSONValue {
        [
            "iss": .string(issuer), "aud": .string(audience), "sub": .string("\(accountID)"), "jti": .string(id),
            "iat": .integer(issuedAt.milliseconds / 1000), "exp": .integer(expiresAt.milliseconds / 1000),
            "typ": "access", "sid": .string(family.base64URL),
        ]
    }

    /// The token with these claims, or nil when one of them is missing or not as ours are.
    init?(_ claims: JSONValue, issuer: String, audience: String) {
        guard claims["iss"] == .string(issuer), claims["aud"] == .string(audience), claims["typ"] == "access",
            let id = claims["jti"]?.string, let account = claims["sub"]?.string.flatMap({ Int64($0) }),
            let family = claims["sid"]?.string.flatMap({ [UInt8](base64URL: $0) }), family.count == 16,
            let issued = claims["iat"]?.int64, let end = claims["exp"]?.int64,
            (0...AccessToken.lastSecond).contains(issued), (0...AccessToken.lastSecond).contains(end)
        else { return nil }
        self.id = id
        accountID = account
        self.family = family
        issuedAt = Instant(seconds: issued)
        expiresAt = Instant(seconds: end)
    }

    /// The end of the year 9999: what is later is nonsense, and milliseconds of it might not fit.
    private static let lastSecond: Int64 = 253_402_300_799
}

/// Writes and reads the access tokens of one application.
struct AccessTokenCodec: Sendable {
    /// `typ` of the header (RFC 9068 §2.1), so that no token made for another purpose is taken for one of these.
    static let type = "at+jwt"
    /// How far the clocks of two nodes may be apart.
    static let leeway = Span.seconds(60)

    private let issuer: String
    private let audience: String
    private let key: SigningKey
    private let known: [VerificationKey]

    /// - Parameter previous: keys that no longer sign but whose tokens are still believed.
    init(issuer: String, audience: String, key: SigningKey, previous: [SigningKey] = []) {
        self.issuer = issuer
        self.audience = audience
        self.key = key
        known = [key.verification] + previous.map(\.verification)
    }

    func encode(_ token: AccessToken) -> String {
        let header: JSONValue = [
            "alg": "EdDSA", "typ": .string(AccessTokenCodec.type), "kid": .string(key.verification.id),
        ]
        return SignedText.make(
            token.claims(issuer: issuer, audience: audience).bytes, header: header.bytes, with: key)
    }

    /// The token behind a text, or nil when it is none of ours or does not hold now.
    func decode(_ text: String, at now: Instant) -> AccessToken? {
        guard let signed = SignedText(text), signed.header["typ"] == .string(AccessTokenCodec.type),
            let key = known.first(where: { signed.header["kid"] == .string($0.id) }), signed.isSigned(by: key),
            let claims = SignedText.object(signed.payload),
            let token = AccessToken(claims, issuer: issuer, audience: audience), now < token.expiresAt,
            token.issuedAt <= now + AccessTokenCodec.leeway, AccessTokenCodec.hasBegun(claims, at: now)
        else { return nil }
        return token
    }

    /// `nbf` (RFC 7519 §4.1.5), which ours don't have.
    private static func hasBegun(_ claims: JSONValue, at now: Instant) -> Bool {
        guard let claim = claims["nbf"] else { return true }
        return claim.int64.map { $0 <= (now + leeway).milliseconds / 1000 } ?? false
    }

    /// The keys that tokens may be signed with, as a JSON Web Key Set (RFC 7517 §5).
    var keySet: JSONValue { ["keys": .array(known.map(\.jwk))] }
}
