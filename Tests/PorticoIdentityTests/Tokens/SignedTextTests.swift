import PorticoJSON
import PorticoValues
import Testing

@testable import PorticoIdentity

/// What RFC 7515 says must be refused.
@Suite struct SignedTextTests {
    private static let key = SigningKey(seed: SigningKeyTests.seed)

    private func text(header: String, payload: String = "{}") -> String {
        SignedText.make(Array(payload.utf8), header: Array(header.utf8), with: SignedTextTests.key)
    }

    @Test("reads what was signed, also with header members it does not know")
    func accepted() throws {
        let signed = try #require(SignedText(text(header: #"{"alg":"EdDSA","typ":"JWT","x":1}"#, payload: "hello")))
        #expect(signed.isSigned(by: SignedTextTests.key.verification))
        #expect(signed.header["typ"] == "JWT")
        #expect(signed.payload == Array("hello".utf8))
    }

    @Test(
        "refuses other algorithms, none of all, and what it would have to understand",
        arguments: [
            #"{"alg":"none"}"#, #"{"alg":"None"}"#, #"{"alg":"HS256"}"#, #"{"alg":"RS256"}"#, #"{"alg":"eddsa"}"#,
            #"{"alg":["EdDSA"]}"#, #"{"alg":null}"#, #"{"typ":"at+jwt"}"#, "{}",
            #"{"alg":"EdDSA","crit":["exp"],"exp":1}"#, #"{"alg":"EdDSA","crit":[]}"#,
            #"{"alg":"EdDSA","b64":false,"crit":["b64"]}"#,
        ])
    func header(_ header: String) {
        #expect(SignedText(text(header: header)) == nil)
    }

    @Test(
        "refuses a header in which a name comes twice, however it is written, or that is no object",
        arguments: [
            #"{"alg":"none","alg":"EdDSA"}"#, #"{"alg":"EdDSA","kid":"a","kid":"b"}"#,
            #"{"alg":"EdDSA","\u0061lg":"none"}"#, #"["EdDSA"]"#, #""EdDSA""#, #"{"alg":"EdDSA"} x"#, "",
            "\u{FEFF}{\"alg\":\"EdDSA\"}",
        ])
    func malformed(_ header: String) {
        #expect(SignedText(text(header: header)) == nil)
    }

    @Test("refuses padding, other alphabets, white space and letters that hide bits")
    func encoding() {
        let good = SigningKeyTests.text
        #expect(SignedText(good) != nil)
        let parts = good.split(separator: ".").map { String($0) }
        for index in 0..<3 {
            for change in ["=", "==", " ", "\n", "+", "/", "."] {
                var changed = parts
                changed[index] += change
                #expect(SignedText(changed.joined(separator: ".")) == nil)
            }
        }
        // The last letter of 64 bytes carries four bits that must be zero.
        let hidden = parts[0] + "." + parts[1] + "." + parts[2].dropLast() + "h"
        #expect(SignedText(hidden) == nil)
    }

    @Test(
        "refuses any other number of parts and any other serialization",
        arguments: ["", ".", "..", "a.b", "a.b.c.d", "a.b.c.d.e", #"{"payload":"e30","signatures":[]}"#])
    func parts(_ text: String) {
        #expect(SignedText(text) == nil)
    }

    @Test("refuses a signature of something else, and none at all")
    func signature() throws {
        let parts = SigningKeyTests.text.split(separator: ".").map { String($0) }
        let key = SignedTextTests.key.verification
        let otherPayload = Array("{\"sub\":\"1\"}".utf8).base64URL
        let moved = try #require(SignedText("\(parts[0]).\(otherPayload).\(parts[2])"))
        #expect(!moved.isSigned(by: key))
        let bare = try #require(SignedText("\(parts[0]).\(parts[1])."))
        #expect(!bare.isSigned(by: key))
        let otherHeader = Array(#"{"alg":"EdDSA","kid":"x"}"#.utf8).base64URL
        let dressed = try #require(SignedText("\(otherHeader).\(parts[1]).\(parts[2])"))
        #expect(!dressed.isSigned(by: key))
    }

    @Test("does not look at what is longer than any token of ours")
    func length() {
        #expect(SignedText(text(header: #"{"alg":"EdDSA"}"#, payload: String(repeating: "a", count: 4000))) == nil)
    }
}
