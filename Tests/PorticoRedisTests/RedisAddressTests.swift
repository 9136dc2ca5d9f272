import PorticoRedis
import PorticoValues
import Testing

@Suite struct RedisAddressTests {
    @Test("reads the URL of a server")
    func server() throws {
        let plain = try RedisAddress("redis://cache.internal")
        #expect(plain.place == .server(RedisEndpoint(host: "cache.internal", port: 6379)))
        #expect(plain.user == nil && plain.password == nil && plain.database == 0)
        let full = try RedisAddress("redis://ann:p%40ss%3A%2F@[::1]:7000/3")
        #expect(full.place == .server(RedisEndpoint(host: "::1", port: 7000)))
        #expect(full.user == "ann" && full.password?.reveal() == "p@ss:/" && full.database == 3)
        #expect(try RedisAddress("redis://:secret@h/").user == nil)
    }

    @Test("reads the URL of sentinels")
    func sentinels() throws {
        let address = try RedisAddress("redis+sentinel://:pw@a:1,b,[::1]:3/main/2")
        let endpoints = [("a", 1), ("b", 26379), ("::1", 3)].map { RedisEndpoint(host: $0, port: $1) }
        #expect(address.place == .sentinels(endpoints, primary: "main"))
        #expect(address.password?.reveal() == "pw" && address.database == 2)
    }

    @Test(
        "refuses other URLs without repeating them",
        arguments: [
            "", "localhost", "http://h", "redis://", "redis://h:0", "redis://h:70000", "redis://h:x", "redis://h/x",
            "redis://h/1/2", "redis://a,b", "redis://secret@h", "redis://u:sec%zzret@h", "redis://[::1", "redis://h/-1",
            "redis+sentinel://h", "redis+sentinel://h/", "redis+sentinel://h,,i/main", "redis://u:secret@h?x=1",
            "rediss://u:secret@h",
        ])
    func refusals(url: String) throws {
        let error = try #require(throws: RedisError.self) { try RedisAddress(url) }
        guard case .misconfigured(let reason) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(!reason.isEmpty && !reason.contains("secret"))
    }

    @Test("says why there is no TLS")
    func tls() {
        #expect { try RedisAddress("rediss://h") } throws: { "\($0)".contains("TLS") }
    }

    @Test("refuses settings that cannot be")
    func settingsRefused() {
        var configuration = RedisClient.Configuration(url: "redis://h")
        configuration.name = "two words"
        #expect(throws: RedisError.self) { try RedisClient(configuration) }
        configuration.name = "ok"
        configuration.hardTimeout = .milliseconds(1)
        #expect(throws: RedisError.self) { try RedisClient(configuration) }
        configuration.hardTimeout = .seconds(1)
        configuration.connections = 0
        #expect(throws: RedisError.self) { try RedisClient(configuration) }
    }
}
