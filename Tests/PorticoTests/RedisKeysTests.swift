import Testing

@testable import Portico

@Suite("Names in Redis")
struct RedisKeysTests {
    private func keys(_ prefix: String) throws -> RedisKeys {
        let flags = [(key: "redis.key_prefix", value: prefix)]
        return try RedisKeys(try Settings(PlatformSettings.declarations, flags: flags))
    }

    @Test("are what they are called, behind the prefix where there is one")
    func names() throws {
        #expect(try keys("").own("portico") == "portico")
        #expect(try keys("north-2.test").own("portico") == "north-2.test:portico")
    }

    @Test(
        "a prefix that would mean something in a key is refused by name",
        arguments: ["a:b", "{a}", "a b", "ä", "a\n", String(repeating: "a", count: 61)])
    func mistakes(prefix: String) throws {
        let mistake = #expect(throws: Settings.Mistake.self) { _ = try keys(prefix) }
        #expect(mistake?.description.hasPrefix("redis.key_prefix: ") == true)
    }
}
