import Foundation
import PorticoValues
import Testing

@Suite struct EncodingTests {
    @Test("URL-safe Base64 agrees with Foundation's for every length")
    func base64() throws {
        for count in 0..<70 {
            let bytes = randomBytes(count)
            let text = bytes.base64URL
            let expected = Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
                .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
            #expect(text == expected)
            #expect([UInt8](base64URL: text) == bytes)
        }
    }

    @Test("refuses Base64 that is padded, foreign or not canonical", arguments: ["A", "AA=", "A+BC", "AB", "AAF", "Ä"])
    func refusesBase64(text: String) {
        #expect([UInt8](base64URL: text) == nil)
    }

    @Test("SHA-256 and HMAC-SHA-256 give the published vectors")
    func digests() {
        // FIPS 180-4 example and RFC 4231 test case 2.
        #expect(
            Digest.sha256("abc".utf8).hexadecimal == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            Digest.hmacSHA256("what do ya want for nothing?".utf8, key: Array("Jefe".utf8)).hexadecimal
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test("comparison in constant time tells equal from different")
    func constantTime() {
        #expect(constantTimeEqual([1, 2, 3], [1, 2, 3]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2, 4]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2]))
    }

    @Test("ids of version 7 sort by time and carry version and variant")
    func uuid() {
        let early = UUIDv7(at: Instant(seconds: 1_000)).description
        let late = UUIDv7(at: Instant(seconds: 2_000)).description
        #expect(early < late)
        #expect(Array(early)[14] == "7")
        #expect("89ab".contains(Array(early)[19]))
        #expect(early.count == 36)
    }

    @Test("a secret does not show itself in any description")
    func secrets() {
        let secret = Secret("hunter2")
        #expect("\(secret) \(String(reflecting: secret))" == "••• •••")
        #expect(secret.reveal() == "hunter2")
    }
}
