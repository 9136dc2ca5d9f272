import Portico
import Testing

@testable import PorticoHTTP
@testable import PorticoOperations

@Suite("The operators' pages about one thing")
struct ConsolePagesTests {
    private struct Lamps: ConsolePages {
        let appearance: ConsoleAppearance

        var routes: [Route] {
            [
                .page(.get, "/ops/lamps", "lampsPage", "Lamps", access: .anonymous) {
                    (_: RequestContext, _: NoInput) in .redirect(to: "/")
                }
            ]
        }
    }

    private let pages = Lamps(
        appearance: ConsoleAppearance(limit: .signIn) { _ in throw Problem(500, "none", "No page is made here.") })

    private func way(_ place: String, _ done: String, with items: KeyValuePairs<String, String?> = [:]) -> Response {
        let head = RequestHead(method: .post, target: "/bags/ops/lamps", headers: [:], peer: "192.0.2.1")
        let context = RequestContext(
            request: Request(head: head), requestID: "1", now: Instant(seconds: 0), clientAddress: "192.0.2.1",
            principal: nil, mount: "/bags", assets: AssetLinks { $0 })
        return pages.back(context, place, done, with: items).response
    }

    @Test("all are under the limit that the application says")
    func limit() {
        #expect(pages.routes.map(\.limit) == [.pages])
        #expect(pages.limited.map(\.limit) == [.signIn])
    }

    @Test("a form leads back to a page, with what was done and what else belongs to its address")
    func back() {
        #expect(way("lamps/7", "discarded").status == 303)
        #expect(way("lamps/7", "discarded").headers["location"] == "/bags/ops/lamps/7?done=discarded")
        let location = way("lamps", "many_replayed-2-1", with: ["q": "a&b", "state": nil]).headers["location"]
        #expect(location == "/bags/ops/lamps?q=a%26b&done=many_replayed-2-1")
    }
}
