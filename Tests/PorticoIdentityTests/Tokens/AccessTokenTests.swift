import PorticoJSON
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct AccessTokenTests {
    private static let key = SigningKey(seed: Array(repeating: 1, count: 32))
    private static let now = Instant(milliseconds: 1_795_258_800_500)
    private let codec = AccessTokenCodec(issuer: "portico", audience: "bags", key: AccessTokenTests.key)
    private let token = AccessToken(
        accountID: 7, family: Array(repeating: 3, count: 16), issuedAt: AccessTokenTests.now,
        expiresAt: AccessTokenTests.now + .minutes(30))

    /// A text with our header, other header members and other claims, signed by a key; ours unless said.
    private func text(
        header: JSONValue = [:], claims: JSONValue = [:], without: String? = nil, key: SigningKey = AccessTokenTests.key
    ) -> String {
        var allHeader: JSONValue = [
            "alg": "EdDSA", "typ": "at+jwt", "kid": .string(AccessTokenTests.key.verification.id),
        ]
        for member in header.members ?? [] { allHeader[member.key] = member.value }
        var allClaims = token.claims(issuer: "portico", audience: "bags")
        for member in claims.members ?? [] { allClaims[member.key] = member.value }
        if let without { allClaims[without] = nil }
        return SignedText.make(allClaims.bytes, header: allHeader.bytes, with: key)
    }

    private func isRefused(_ text: String, at now: Instant = AccessTokenTests.now) -> Bool {
        codec.decode(text, at: now) == nil
    }

    @Test("reads what it wrote")
    func roundTrip() throws {
        #expect(codec.decode(codec.encode(token), at: AccessTokenTests.now) == token)
        #expect(codec.decode(text(), at: AccessTokenTests.now) == token)
        let signed = try #require(SignedText(codec.encode(token)))
        let claims = try #require(SignedText.object(signed.payload))
        #expect(claims["sub"] == "7" && claims["iss"] == "portico" && claims["aud"] == "bags")
        #expect(claims["iat"] == 1_795_258_800 && claims["exp"] == 1_795_260_600)
        #expect(claims["typ"] == "access" && claims["jti"]?.string?.utf8.count == 22)
        #expect(signed.header["typ"] == "at+jwt" && signed.header["kid"] == .string(Self.key.verification.id))
    }

    @Test("ends to the second, and does not begin in the future")
    func time() {
        let end = token.expiresAt
        #expect(!isRefused(text(), at: end - .milliseconds(1)))
        #expect(isRefused(text(), at: end))
        #expect(!isRefused(text(), at: token.issuedAt - .seconds(60)))
        #expect(isRefused(text(), at: token.issuedAt - .seconds(61)))
        #expect(isRefused(text(claims: ["nbf": 1_795_258_900])))
        #expect(isRefused(text(claims: ["nbf": "now"])))
        #expect(!isRefused(text(claims: ["nbf": 1_795_258_000])))
    }

    @Test(
        "refuses claims that are not as ours are",
        arguments: [
            ["iss": "other"], ["iss": ["portico"]], ["aud": "live"], ["aud": ["bags", "live"]], ["typ": "refresh"],
            ["sub": 7], ["sub": "seven"], ["sub": ""], ["exp": "1795260600"], ["exp": 1e300], ["exp": -1],
            ["exp": 9_223_372_036_854_775_807], ["iat": -1], ["iat": nil], ["sid": "AAAA"], ["sid": 1], ["jti": 1],
        ] as [JSONValue])
    func claims(_ claims: JSONValue) {
        #expect(isRefused(text(claims: claims)))
    }

    @Test("misses every claim", arguments: ["iss", "aud", "sub", "jti", "iat", "exp", "typ", "sid"])
    func missing(_ name: String) {
        #expect(isRefused(text(without: name)))
    }

    @Test("refuses claims in which a name comes twice, and what is no object")
    func duplicates() {
        let good = String(decoding: token.claims(issuer: "portico", audience: "bags").bytes, as: UTF8.self)
        let header: JSONValue = ["alg": "EdDSA", "typ": "at+jwt", "kid": .string(Self.key.verification.id)]
        for payload in [String(good.dropLast()) + #","sub":"1"}"#, "[\(good)]", good + good, "null"] {
            let text = SignedText.make(Array(payload.utf8), header: header.bytes, with: Self.key)
            #expect(isRefused(text))
        }
    }

    @Test(
        "refuses tokens of another type, without a key's name, or with a name that is none",
        arguments: [
            ["typ": "JWT"], ["typ": "AT+JWT"], ["typ": nil], ["kid": nil], ["kid": 1], ["kid": ""],
            ["kid": "../../etc/passwd"], ["kid": "' OR 1=1 --"], ["alg": "none"], ["alg": "HS256"],
        ] as [JSONValue])
    func header(_ header: JSONValue) {
        #expect(isRefused(text(header: header)))
    }

    @Test("believes no key that the token brings along")
    func foreignKey() {
        let foreign = SigningKey(seed: Array(repeating: 2, count: 32))
        #expect(isRefused(text(key: foreign)))
        #expect(isRefused(text(header: ["kid": .string(foreign.verification.id)], key: foreign)))
        #expect(isRefused(text(header: ["jwk": foreign.verification.jwk], key: foreign)))
        #expect(isRefused(text(header: ["jku": "https://evil.example/keys"], key: foreign)))
    }

    @Test("takes no code made with the public key for a signature")
    func confusion() {
        let header: JSONValue = ["alg": "HS256", "typ": "at+jwt", "kid": .string(Self.key.verification.id)]
        let claims = token.claims(issuer: "portico", audience: "bags")
        let signed = "\(header.bytes.base64URL).\(claims.bytes.base64URL)"
        let code = Digest.hmacSHA256(Array(signed.utf8), key: Self.key.verification.bytes)
        #expect(isRefused("\(signed).\(code.base64URL)"))
    }

    @Test("believes tokens of the key before, signs with the new one and shows both")
    func rotation() {
        let new = SigningKey(seed: Array(repeating: 9, count: 32))
        let rotated = AccessTokenCodec(issuer: "portico", audience: "bags", key: new, previous: [Self.key])
        #expect(rotated.decode(codec.encode(token), at: Self.now) == token)
        #expect(codec.decode(rotated.encode(token), at: Self.now) == nil)
        let ids = rotated.keySet["keys"]?.elements?.compactMap { $0["kid"]?.string }
        #expect(ids == [new.verification.id, Self.key.verification.id])
        // A name of the one key over a signature of the other is no way around.
        #expect(rotated.decode(text(key: new), at: Self.now) == nil)
    }
}
