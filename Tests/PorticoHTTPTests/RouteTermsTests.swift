import PorticoLimits
import Testing

@testable import PorticoHTTP

/// What is changed about a route after it was declared.
@Suite struct RouteTermsTests {
    private let route = Route.json(.get, "/api/v1/lamp", "lamp", "A lamp", access: .signedIn) {
        (_: RequestContext, _: NoInput) in .ok(SampleSite.Item.example)
    }

    private func rule(of route: Route) -> String? {
        let mount = Mount(id: "shop", prefix: "/shop", title: "Shop", routes: [route])
        return ServedRoute(route, of: mount, at: (mount: 0, route: 0)).ruleName
    }

    @Test("a route under another limit is counted by that one, and is otherwise what it was")
    func limited() {
        let few = LimitClass("few", quota: 1, windowSeconds: 60, burst: 1)
        let limited = route.matters(.critical).limited(by: few)
        #expect(rule(of: route) == "shop.pages")
        #expect(rule(of: limited) == "shop.few")
        #expect(rule(of: limited.limited(by: .unlimited)) == nil)
        #expect(limited.name == "lamp" && limited.access == .signedIn && limited.priority == .critical)
    }

    @Test("only a page that says so shows frames")
    func frames() {
        #expect(!route.showsFrames)
        #expect(route.showingFrames().showsFrames)
    }
}
