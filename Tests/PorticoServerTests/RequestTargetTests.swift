import Testing

@testable import PorticoServer

@Suite struct RequestTargetTests {
    @Test("keeps targets in origin form as they are", arguments: ["/", "/a/b?c=d", "//x", "/%20{|}^`"])
    func keepsOrigin(text: String) throws {
        let target = try #require(RequestTarget(text, isOptions: false))
        #expect(target.origin == text)
        #expect(target.authority == nil)
    }

    @Test(
        "splits absolute targets",
        arguments: [("http://a/b?c", "/b?c", "a"), ("https://a:1", "/", "a:1"), ("HTTP://a?b", "/?b", "a")])
    func splitsAbsolute(text: String, origin: String, authority: String) throws {
        let target = try #require(RequestTarget(text, isOptions: false))
        #expect(target.origin == origin)
        #expect(target.authority == authority)
    }

    @Test("takes an asterisk for OPTIONS only")
    func takesAsterisk() {
        #expect(RequestTarget("*", isOptions: true)?.origin == "*")
        #expect(RequestTarget("*", isOptions: false) == nil)
    }

    @Test(
        "refuses what is no target",
        arguments: [
            "", "a", "a:80", "http://", "http:///a", "http://u:p@a/", "/a b", "/\u{7F}", "/ä", "/a#b", "/\"", "/<",
            "ws://a/",
        ])
    func refuses(text: String) {
        #expect(RequestTarget(text, isOptions: false) == nil)
    }

    @Test(
        "knows authorities",
        arguments: [
            ("a.b:80", true), ("[::1]", true), ("", false), ("a/b", false), ("a b", false), ("a@b", false),
            ("ä", false),
        ])
    func knowsAuthorities(text: String, expected: Bool) {
        #expect(RequestTarget.isAuthority(text) == expected)
    }
}
