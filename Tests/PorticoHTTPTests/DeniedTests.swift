import Synchronization
import Testing

@testable import PorticoHTTP

@Suite struct DeniedTests {
    private final class Heard: Sendable {
        let routes = Mutex<[String]>([])
    }

    @Test("the application hears once of each 403 to somebody who is signed in, and of nothing else")
    func heard() async throws {
        let heard = Heard()
        let sample = try SampleSite(onDenied: { _, route in heard.routes.withLock { $0.append(route.name) } })
        #expect(await sample.post("/shop/api/v1/items", as: "reader", "{}").status == 403)
        #expect(await sample.send(.get, "/shop/api/v1/private", ["cookie": "who=reader"]).status == 403)
        let unproven = await sample.send(
            .post, "/shop/api/v1/items", ["cookie": "who=writer", "content-type": "application/json"], body: "{}")
        #expect(unproven.status == 403)
        #expect(await sample.send(.get, "/shop/api/v1/private").status == 401)
        #expect(await sample.send(.get, "/shop/api/v1/items/1", ["cookie": "who=reader"]).status == 200)
        #expect(heard.routes.withLock { $0 } == ["createItem", "private", "createItem"])
    }
}
