import Testing

@testable import PorticoHTTP

@Suite struct RouterTests {
    private func router() throws -> Router {
        var router = Router()
        router.name(mount: 1, prefix: "/bags")
        try router.add(served(.get, "/", at: (mount: 0, route: 0)))
        try router.add(served(.get, "/bags/", at: (mount: 1, route: 0)))
        try router.add(served(.get, "/bags/api/v1/bags/{code}", at: (mount: 1, route: 1)))
        try router.add(served(.delete, "/bags/api/v1/bags/{code}", at: (mount: 1, route: 2)))
        try router.add(served(.post, "/bags/api/v1/bags/{code}/move", at: (mount: 1, route: 3)))
        try router.add(served(.get, "/bags/api/v1/bags/special", at: (mount: 1, route: 4)))
        return router
    }

    private func served(_ method: HTTPMethod, _ path: String, at position: (mount: Int, route: Int)) -> ServedRoute {
        let route = Route.immediate(method, path, "route", "A route", mediaType: "text/plain") {
            (_: RequestContext, _: NoInput) in .text("")
        }
        return ServedRoute(route, of: Mount(id: "app", prefix: "", title: "App", routes: []), at: position)
    }

    private func route(_ outcome: Router.Outcome) -> Int? {
        if case .match(let match) = outcome { match.served.position.route } else { nil }
    }

    @Test("prefers words to parameters and goes back when a word leads nowhere")
    func precedence() throws {
        let router = try router()
        #expect(route(router.find(.get, "/bags/api/v1/bags/special")) == 4)
        #expect(route(router.find(.get, "/bags/api/v1/bags/SB00001")) == 1)
        #expect(route(router.find(.post, "/bags/api/v1/bags/special/move")) == 3)
    }

    @Test(
        "an empty segment leads nowhere, and never to the route of the path without it",
        arguments: ["//", "//bags/", "/bags//", "/bags/api/v1/bags//move", "/bags/api/v1//bags/SB00001"])
    func emptySegments(path: String) throws {
        var router = try router()
        try router.add(served(.get, "/bags/api/v1/bags/move", at: (mount: 1, route: 7)))
        try router.add(served(.get, "/bags/api/v1/bags", at: (mount: 1, route: 8)))
        guard case .nothing = router.find(.get, Substring(path)) else {
            Issue.record("\(path) was found")
            return
        }
        #expect(route(router.find(.get, "/bags/api/v1/bags/")) == 8)
    }

    @Test("an ending is no part of a parameter, and goes before a parameter without one")
    func endings() throws {
        var router = try router()
        try router.add(served(.get, "/bags/labels/{code}.svg", at: (mount: 1, route: 5)))
        try router.add(served(.get, "/bags/labels/{code}", at: (mount: 1, route: 6)))
        guard case .match(let match) = router.find(.get, "/bags/labels/a.b.svg") else {
            Issue.record("no match")
            return
        }
        #expect(match.parameters.map(\.value) == ["a.b"] && match.parameters.map(\.name) == ["code"])
        #expect(route(router.find(.get, "/bags/labels/SB00001")) == 6)
        #expect(route(router.find(.get, "/bags/labels/.svg")) == 6)
    }

    @Test("decodes parameters segment by segment, so that an encoded slash stays in its segment")
    func decoding() throws {
        guard case .match(let match) = try router().find(.get, "/bags/api/v1/bags/a%2Fb%20%C3%A9") else {
            Issue.record("no match")
            return
        }
        #expect(match.parameters.map(\.value) == ["a/b é"])
        #expect(match.parameters.map(\.name) == ["code"])
    }

    @Test("a GET route answers HEAD; another method is told what is allowed")
    func methods() throws {
        #expect(route(try router().find(.head, "/bags/api/v1/bags/x")) == 1)
        guard case .wrongMethod(let allowed, let mount) = try router().find(.patch, "/bags/api/v1/bags/x") else {
            Issue.record("PATCH was not refused")
            return
        }
        #expect(allowed == ["DELETE", "GET", "HEAD"])
        #expect(mount == 1)
    }

    @Test("an unknown path belongs to the mount of its first segment")
    func unknown() throws {
        guard case .nothing(let mount) = try router().find(.get, "/bags/nowhere") else {
            Issue.record("found")
            return
        }
        #expect(mount == 1)
        guard case .malformed = try router().find(.get, "/bags/%zz") else {
            Issue.record("a broken escape passed")
            return
        }
    }

    @Test("refuses two declarations of one address")
    func duplicates() throws {
        var router = try router()
        #expect(throws: RouterError.self) { try router.add(served(.get, "/bags/", at: (mount: 1, route: 9))) }
    }
}
