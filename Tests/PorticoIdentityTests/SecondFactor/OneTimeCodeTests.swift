import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct OneTimeCodeTests {
    private static let secret = Array("12345678901234567890".utf8)

    @Test(
        "hashes as FIPS 180-4 says, at the edges of its blocks",
        arguments: [
            ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
            ),
        ])
    func hash(_ text: String, _ digest: String) {
        #expect(SHA1.digest(Array(text.utf8)).hexadecimal == digest)
    }

    @Test("authenticates as RFC 2202 §3 says, also with a key longer than a block")
    func code() {
        let first = SHA1.hmac(Array("Hi There".utf8), key: Array(repeating: 0x0B, count: 20))
        #expect(first.hexadecimal == "b617318655057264e28bc0b6fb378c8ef146be00")
        let second = SHA1.hmac(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
        #expect(second.hexadecimal == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
        let long = SHA1.hmac(
            Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8), key: Array(repeating: 0xAA, count: 80)
        )
        #expect(long.hexadecimal == "aa4ae5e15272d00e95705637ce8a3b55ed402112")
    }

    @Test(
        "gives the codes of RFC 6238, Appendix B",
        arguments: [
            (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
        ] as [(Int64, String)])
    func vectors(_ seconds: Int64, _ code: String) {
        let step = OneTimeCode.step(at: Instant(seconds: seconds))
        #expect(OneTimeCode.code(Self.secret, step: step, digits: 8) == code)
        #expect(OneTimeCode.code(Self.secret, step: step) == code.suffix(6))
    }

    @Test("takes the codes of the step before, of this one and of the next, and none after it was used")
    func window() {
        let now = Instant(seconds: 1_234_567_890)
        let step = OneTimeCode.step(at: now)
        func accepted(_ offset: Int64, after last: Int64 = 0) -> Int64? {
            let code = OneTimeCode.code(Self.secret, step: step + offset)
            return OneTimeCode.step(of: code, Self.secret, at: now, after: last).map { $0 - step }
        }
        #expect([-2, -1, 0, 1, 2].map { accepted($0) } == [nil, -1, 0, 1, nil])
        #expect([-1, 0, 1].map { accepted($0, after: step) } == [nil, nil, 1])
        #expect(OneTimeCode.step(of: "", Self.secret, at: now, after: 0) == nil)
    }

    @Test("names issuer and account for authenticators")
    func uri() {
        #expect(
            OneTimeCode.uri(Self.secret, issuer: "Bag tracking", account: "a+b@example.org")
                == "otpauth://totp/Bag%20tracking:a%2Bb%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                + "&issuer=Bag%20tracking&algorithm=SHA1&digits=6&period=30")
    }

    @Test(
        "writes Base32 as RFC 4648 §10 does, without padding",
        arguments: [
            ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ])
    func base32(_ text: String, _ encoded: String) {
        #expect(Base32.encode(Array(text.utf8)) == encoded)
    }
}
