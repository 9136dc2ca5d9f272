import PorticoLimits
import Testing

@testable import PorticoOutbound

@Suite struct DestinationPolicyTests {
    @Test(
        "refuses every address that is not of the public internet",
        arguments: [
            "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
            "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1",
            "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1",
            "255.255.255.255", "168.63.129.16",
            "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
            "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
            "fe80::1", "fec0::1", "ff02::1",
        ])
    func special(text: String) throws {
        let address = try #require(NetworkAddress(text))
        #expect(!DestinationPolicy.isPublic(address))
        #expect(!DestinationPolicy.publicOnly.permits(address, port: 443))
    }

    @Test(
        "permits public ones",
        arguments: [
            "1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "192.0.1.1",
            "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8",
        ])
    func publicOnes(text: String) throws {
        #expect(DestinationPolicy.publicOnly.permits(try #require(NetworkAddress(text)), port: 443))
    }

    @Test("permits networks and ports that are named, and nothing near them")
    func named() throws {
        let policy = DestinationPolicy(ports: [8443], allowing: [try #require(Network("10.1.0.0/16"))])
        let inside = try #require(NetworkAddress("10.1.2.3"))
        #expect(policy.permits(inside, port: 8443) && !policy.permits(inside, port: 443))
        #expect(!policy.permits(try #require(NetworkAddress("10.2.0.1")), port: 8443))
        #expect(DestinationPolicy.anywhere.permits(inside, port: 1))
    }

    @Test("says what speaks against an address before it is resolved")
    func flaws() throws {
        let policy = DestinationPolicy.publicOnly
        #expect(policy.flaw(of: try OutboundURL("https://example.org/")) == nil)
        #expect(policy.flaw(of: try OutboundURL("https://example.org:22/")) != nil)
        #expect(policy.flaw(of: try OutboundURL("http://2130706433/")) != nil)
        #expect(policy.flaw(of: try OutboundURL("http://[::ffff:169.254.169.254]/")) != nil)
        let strict = DestinationPolicy(wantsTLS: true)
        #expect(strict.flaw(of: try OutboundURL("http://example.org/")) != nil)
    }
}
