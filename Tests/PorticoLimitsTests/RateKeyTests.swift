import PorticoLimits
import Testing

@Suite struct RateKeyTests {
    @Test("writes keys as text that cannot be confused")
    func text() {
        let plain = RateKey(rule: "sign-in", subject: .address(of: "192.0.2.1"), and: .login("ann@example.org"))
        #expect(plain.text == "sign-in|address:192.0.2.1|login:ann@example.org")
        let forged = RateKey(rule: "sign-in", subject: .login("x|account:1%7C"))
        #expect(forged.text == "sign-in|login:x%7Caccount:1%257C")
    }

    @Test("counts IPv6 by /64 and IPv4 by address")
    func networks() {
        #expect(RateSubject.address(of: "2001:db8:0:1::1") == .address(of: "2001:db8:0:1:ffff::2"))
        #expect(RateSubject.address(of: "2001:db8:0:1::1") != .address(of: "2001:db8:0:2::1"))
        #expect(RateSubject.address(of: "192.0.2.1") != .address(of: "192.0.2.2"))
        #expect(RateSubject.address(of: "::ffff:192.0.2.1") == .address(of: "192.0.2.1"))
    }

    @Test(
        "names clients",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"), ("::1", "::/64"),
            ("unix", "unknown"), ("", "unknown"),
        ])
    func clients(address: String, expected: String) {
        #expect(ClientNetwork.of(address: address).text == expected)
    }

    @Test("does not take the unknown client for an address")
    func unknown() {
        #expect(ClientNetwork.of(address: "?") == .unknown)
        #expect(ClientNetwork.of(address: "0.0.0.0") != .unknown && ClientNetwork.of(address: "::") != .unknown)
        #expect(ClientNetwork.unknown.network == nil)
    }
}
