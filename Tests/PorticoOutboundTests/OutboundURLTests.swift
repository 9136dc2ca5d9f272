import Testing

@testable import PorticoOutbound

@Suite struct OutboundURLTests {
    @Test("reads host and port, and says no more than the origin")
    func parts() throws {
        let url = try OutboundURL("HTTPS://Example.ORG/a/../b?token=geheim#part")
        #expect(url.scheme == "https" && url.host == "example.org" && url.port == 443)
        #expect(url.text.contains("token=geheim") && !url.text.contains("part"))
        #expect("\(url)" == "https://example.org:443")
        #expect(try OutboundURL("http://[2001:DB8::1]:8080/").origin == "http://[2001:db8::1]:8080")
    }

    @Test(
        "reads addresses in every notation as what they are",
        arguments: ["http://0x7f.1/", "http://2130706433/", "http://0177.0.0.1/", "http://127.1/"])
    func notations(text: String) throws {
        #expect(try OutboundURL(text).host == "127.0.0.1")
    }

    @Test(
        "refuses what is no address of the web, or carries credentials",
        arguments: [
            "", "example.org", "/path", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/",
            "https://user:password@example.org/", "https://user@example.org/", "https://", "https:///path",
            "https://example.org:0/", "https://example.org:65536/", "https://exa mple.org/", "https://example.org/\n",
            "https://[fe80::1%25eth0]/", "javascript:alert(1)", "https://exämple.org/", "https:\\\\example.org/",
            "https://%31%32%37.01/", "https://%32130706433/", "https://%30x7f000001/", "https://los%a9a/",
            "https://127%e3%80%820.0.1/", "https://example%7f.org/",
        ])
    func refuses(text: String) {
        #expect(throws: OutboundError.self) { try OutboundURL(text) }
    }

    @Test("refuses an address that is too long, and does not repeat it")
    func long() {
        do {
            _ = try OutboundURL("https://example.org/" + String(repeating: "a", count: 2048))
            Issue.record("it was taken")
        } catch {
            #expect(error.code == .invalidURL && !"\(error)".contains("aaa"))
        }
    }

    @Test("follows a redirect from where it stands")
    func following() throws {
        let url = try OutboundURL("https://example.org/a/b?c=d")
        #expect(try url.following("../e").text == "https://example.org/e")
        #expect(try url.following("//other.example/x").host == "other.example")
        #expect(throws: OutboundError.self) { try url.following("file:///etc/passwd") }
        #expect(throws: OutboundError.self) { try url.following("https://a:b@example.org/") }
    }
}
