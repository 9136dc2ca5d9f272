import PorticoLimits
import Testing

@Suite struct NetworkTests {
    @Test("finds addresses in networks of both families")
    func contains() throws {
        let v4 = try #require(Network("10.1.0.0/16"))
        #expect(v4.contains(try #require(NetworkAddress("10.1.255.255"))))
        #expect(!v4.contains(try #require(NetworkAddress("10.2.0.0"))))
        let v6 = try #require(Network("2001:db8::/33"))
        #expect(v6.contains(try #require(NetworkAddress("2001:db8:7fff::1"))))
        #expect(!v6.contains(try #require(NetworkAddress("2001:db8:8000::1"))))
    }

    @Test("treats an IPv4 address in IPv6 clothes as the IPv4 address")
    func mapped() throws {
        #expect(NetworkAddress("::ffff:192.0.2.7") == NetworkAddress("192.0.2.7"))
        #expect(Network("::ffff:10.0.0.0/104") == Network("10.0.0.0/8"))
        #expect(Network("::ffff:10.0.0.0/8") == nil)
    }

    @Test("knows the machine's own addresses")
    func loopback() {
        for text in ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"] {
            #expect(NetworkAddress(text)?.isLoopback == true)
        }
        for text in ["128.0.0.1", "::2", "192.0.2.1", "::ffff:10.0.0.1"] {
            #expect(NetworkAddress(text)?.isLoopback == false)
        }
    }

    @Test("takes no zone behind IPv4 and nothing behind a NUL", arguments: ["192.0.2.1%eth0", "192.0.2.1\0", "::1\0x"])
    func strict(text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test("keeps the families apart")
    func families() throws {
        let everyV6 = try #require(Network("::/0"))
        let everyV4 = try #require(Network("0.0.0.0/0"))
        let address = try #require(NetworkAddress("192.0.2.1"))
        #expect(!everyV6.contains(address) && everyV4.contains(address))
        #expect(!everyV4.contains(try #require(NetworkAddress("::1"))))
    }

    @Test(
        "writes the usual form",
        arguments: [
            ("192.0.2.77/24", "192.0.2.0/24"), ("192.0.2.77", "192.0.2.77"), ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:DB8:0:0::1/64", "2001:db8::/64"), ("::1/128", "::1"), ("fe80::1%eth0", "fe80::1"),
        ])
    func text(written: String, expected: String) throws {
        #expect(try #require(Network(written)).text == expected)
    }

    @Test(
        "refuses what is no network",
        arguments: [
            "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0/8", "::/129", "::1/64/2", "host",
            "10.0.0.0/8 ", "1.2.3.4.5", "010.0.0.1",
        ])
    func nonsense(text: String) {
        #expect(Network(text) == nil)
    }
}
