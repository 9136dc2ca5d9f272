import Testing

@testable import PorticoIdentity

@Suite struct ReturnPathTests {
    @Test("goes where the person wanted to go", arguments: ["/bags/", "/bags/bills/7?tab=gate&q=a%2F", "/bags/x#y"])
    func kept(_ next: String) {
        #expect(ReturnPath.checked(next, mount: "/bags") == next)
    }

    @Test(
        "goes home instead of to another site or nowhere",
        arguments: [
            nil, "", "/", "/bags", "/court/", "/bagsx/", "//evil.example", "https://evil.example/",
            "/bags//evil.example",
            "/bags/../live/", "/bags/%2e%2E/live/", "/bags/./x", "/bags/..//evil.example", "\\\\evil.example",
            "/bags/\\evil", "/bags/\r\nSet-Cookie: a=b", "/bags/a b",
            "/bags/é",
            "/bags/sign-in", "/bags/sign-in?next=/bags/sign-in", "/bags/sign-out", "javascript:alert(1)",
            "/bags/" + String(repeating: "a", count: 2048),
        ])
    func refused(_ next: String?) {
        #expect(ReturnPath.checked(next, mount: "/bags") == "/bags/")
    }
}
