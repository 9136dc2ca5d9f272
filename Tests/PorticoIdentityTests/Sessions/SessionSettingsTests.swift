import PorticoHTTP
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct SessionSettingsTests {
    @Test("binds the cookie to the host and to TLS")
    func secure() {
        let settings = SessionSettings(application: "bags", isSecure: true)
        let token = SessionToken()
        #expect(
            settings.cookie(for: token)
                == "__Host-bags_session=\(token.text); Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax; Secure")
    }

    @Test("keeps the cookie as long as the session lasts")
    func kept() {
        var settings = SessionSettings(application: "bags", isSecure: false)
        settings.kept = .days(365)
        #expect(settings.cookie(for: SessionToken(), isKept: true).contains("; Max-Age=31536000;"))
        settings.kept = .seconds(0)
        #expect(settings.cookie(for: SessionToken(), isKept: true).contains("; Max-Age=2592000;"))
    }

    @Test("does without on plain loopback")
    func plain() {
        let settings = SessionSettings(application: "bags", isSecure: false)
        let token = SessionToken()
        #expect(
            settings.cookie(for: token) == "bags_session=\(token.text); Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax"
        )
        #expect(settings.emptyCookie == "bags_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax")
    }

    @Test("makes tokens of 256 bits and knows them by the hash of those bits")
    func token() throws {
        let token = SessionToken()
        let bits = try #require([UInt8](base64URL: token.text))
        #expect(bits.count == 32)
        #expect(token.hash == Digest.sha256(bits))
        #expect(SessionToken(token.text) == token)
        #expect(SessionToken() != token)
    }

    @Test(
        "takes nothing else for a token",
        arguments: ["", "x", String(repeating: "é", count: 43), String(repeating: "A", count: 44)])
    func malformed(_ text: String) {
        #expect(SessionToken(text) == nil)
    }
}
