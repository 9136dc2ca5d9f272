import Testing

@testable import PorticoHTTP

@Suite struct ClientAddressTests {
    private func address(peer: String, forwarded: [String], trusted: [String]) throws -> String {
        let proxies = try #require(TrustedProxies(trusted))
        var headers: Headers = [:]
        for value in forwarded { headers.add("x-forwarded-for", value) }
        return proxies.clientAddress(of: RequestHead(method: .get, target: "/", headers: headers, peer: peer))
    }

    @Test("a peer that nobody trusts can't say who it is")
    func untrusted() throws {
        #expect(try address(peer: "203.0.113.9", forwarded: ["10.0.0.1"], trusted: ["10.0.0.0/8"]) == "203.0.113.9")
    }

    @Test("the header is read from the right past trusted proxies")
    func chain() throws {
        let seen = try address(
            peer: "10.0.0.2", forwarded: ["1.2.3.4, 198.51.100.7", "10.9.9.9"], trusted: ["10.0.0.0/8"])
        #expect(seen == "198.51.100.7")
    }

    @Test(
        "ports, brackets and tabs around an address are taken off",
        arguments: [
            ("1.2.3.4:5678", "1.2.3.4"), ("[2001:db8::1]:443", "2001:db8::1"), ("2001:db8::1", "2001:db8::1"),
            ("9.9.9.9,\t1.2.3.4\t", "1.2.3.4"), ("1.2.3.4/8", "10.0.0.2"), ("1.2.3.4, unknown", "10.0.0.2"),
        ])
    func forms(header: String, expected: String) throws {
        #expect(try address(peer: "10.0.0.2", forwarded: [header], trusted: ["10.0.0.0/8"]) == expected)
    }

    @Test(
        "a comma parts hops whatever stands before it, and a zone names no client",
        arguments: [
            ("127.0.0.1%\u{601}, 203.0.113.5", "203.0.113.5"), ("9.9.9.9\u{601}, 203.0.113.5", "203.0.113.5"),
            ("fe80::1%eth0", "10.0.0.2"), ("127.0.0.1%x", "10.0.0.2"),
        ])
    func separators(header: String, expected: String) throws {
        #expect(try address(peer: "10.0.0.2", forwarded: [header], trusted: ["10.0.0.0/8"]) == expected)
    }

    @Test("rubbish in the header falls back to the peer")
    func rubbish() throws {
        #expect(try address(peer: "10.0.0.2", forwarded: ["<script>"], trusted: ["10.0.0.0/8"]) == "10.0.0.2")
    }

    @Test("what is no network makes no proxies")
    func badNetworks() {
        #expect(TrustedProxies(["192.0.2.0/33"]) == nil)
        #expect(TrustedProxies(["10.0.0.0/8", "host.example"]) == nil)
    }
}
