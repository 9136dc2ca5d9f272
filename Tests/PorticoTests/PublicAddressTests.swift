import Testing

@testable import Portico

@Suite("The address that links begin with")
struct PublicAddressTests {
    private func address(_ flags: [(key: String, value: String)]) throws -> PublicAddress {
        PublicAddress(try Settings(PlatformSettings.declarations, flags: flags), port: 8081)
    }

    @Test("is the one of the setting, else where the node listens")
    func text() throws {
        #expect(try address([(key: "public_url", value: "https://a.example")]).text == "https://a.example")
        #expect(try address([]).text == "http://127.0.0.1:8081")
        #expect(try address([(key: "server.host", value: "::1")]).text == "http://[::1]:8081")
    }

    @Test(
        "is doubted behind a proxy and with several nodes, unless it was chosen",
        arguments: [
            ("server.secure", "true"), ("server.trusted_proxies", "10.0.0.0/8"), ("redis.url", "redis://cache:6379"),
        ])
    func doubt(key: String, value: String) throws {
        #expect(try address([(key: key, value: value)]).doubt?.contains("http://127.0.0.1:8081") == true)
        #expect(try address([(key: key, value: value), (key: "public_url", value: "https://a.example")]).doubt == nil)
    }

    @Test("is not doubted on one node that people reach directly")
    func alone() throws {
        #expect(try address([]).doubt == nil)
    }
}
