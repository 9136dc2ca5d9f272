import PorticoJSON
import PorticoSQL
import PorticoValues

@testable import PorticoHTTP
@testable import PorticoIdentity

/// What is signed: only what was made here is believed, and it is believed as it was made.
enum SignedProperties {
    private static let key = [UInt8](repeating: 7, count: 32)
    private static let now = Instant(seconds: 1_800_000_000)

    static func checkCursor(_ input: [UInt8]) {
        let signer = CursorSigner(key: key)
        var reader = InputReader(input)
        let mode = reader.byte() % 3
        guard mode > 0 else {
            return expect(signer.position(reader.text(), list: "bags") == nil, "no position can be made up")
        }
        let list = String(decoding: reader.piece(), as: UTF8.self)
        let separator: UInt8 = 0x1F
        var position: [String] = []
        while !reader.isAtEnd {
            position.append(String(decoding: reader.piece().filter { $0 != separator }, as: UTF8.self))
        }
        guard !position.isEmpty else { return }
        let cursor = signer.sign(position, list: list)
        guard cursor.utf8.count <= 1024 else { return }
        let found = signer.position(cursor, list: list)
        expect(found?.map { Array($0.utf8) } == position.map { Array($0.utf8) }, "a position comes back")
        expect(signer.position(cursor, list: list + "x") == nil, "a cursor belongs to its list")
        let changed = edited(cursor, at: input.count)
        expect(changed == cursor || signer.position(changed, list: list) == nil, "a changed cursor is none")
    }

    static func checkAccessToken(_ input: [UInt8]) {
        let codec = AccessTokenCodec(issuer: "portico", audience: "bags", key: SigningKey(seed: key))
        var reader = InputReader(input)
        switch reader.byte() % 4 {
        case 0:
            expect(codec.decode(reader.text(), at: now) == nil, "no token can be made up")
        case 1:
            // A payload of anybody, well signed: what is believed is exactly what it says.
            let header: JSONValue = [
                "alg": "EdDSA", "typ": "at+jwt", "kid": .string(SigningKey(seed: key).verification.id),
            ]
            let payload = reader.rest()
            let text = SignedText.make(payload, header: header.bytes, with: SigningKey(seed: key))
            guard let token = codec.decode(text, at: now) else { return }
            let claims = try? JSONValue(parsing: payload)
            expect(claims?["sub"]?.string == "\(token.accountID)", "the account of the payload")
            expect(token.expiresAt > now && token.family.count == 16, "a token that holds")
            expect(codec.decode(text, at: token.expiresAt) == nil, "a token ends")
        case 2:
            let header = reader.piece()
            let text = SignedText.make(reader.rest(), header: header, with: SigningKey(seed: key))
            guard let signed = SignedText(text) else { return }
            expect(signed.header["alg"] == "EdDSA" && signed.header["crit"] == nil, "only our header")
            expect(signed.isSigned(by: SigningKey(seed: key).verification), "a signature holds")
        default:
            let token = AccessToken(
                accountID: reader.number(), family: Array(repeating: 3, count: 16), issuedAt: now,
                expiresAt: now + .minutes(10))
            let text = codec.encode(token)
            expect(codec.decode(text, at: now) == token, "a token comes back")
            let changed = edited(text, at: Int(reader.byte()) << 8 | Int(reader.byte()))
            expect(changed == text || codec.decode(changed, at: now) == nil, "a changed token is none")
        }
    }

    static func checkCredentials(_ input: [UInt8]) {
        var reader = InputReader(input)
        let mode = reader.byte() % 3
        let text = reader.text()
        switch mode {
        case 0:
            let head = RequestHead(method: .get, target: "/", headers: ["authorization": text], peer: "")
            guard let token = try? BearerCredential.token(in: head) else { return }
            expect(!token.isEmpty && token.utf8.count <= SignedText.byteLimit, "a token of possible length")
            expect(text.utf8.count > token.utf8.count + 6 && text.hasSuffix(token), "the token stands in the field")
        case 1:
            guard let found = APIKeyText(text, application: "bags") else { return }
            expect(found.text.utf8.count <= text.utf8.count && found.id >= 0, "a key has an id")
            expect(APIKeyText(found.text, application: "bags") == found, "a key comes back")
        default:
            let signer = CSRFSigner(key: key)
            expect(!signer.verify(text, for: "session"), "no form token can be made up")
        }
    }

    /// One letter changed to its neighbour.
    private static func edited(_ text: String, at place: Int) -> String {
        var bytes = Array(text.utf8)
        let index = place % bytes.count
        bytes[index] = bytes[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        return String(decoding: bytes, as: UTF8.self)
    }
}
