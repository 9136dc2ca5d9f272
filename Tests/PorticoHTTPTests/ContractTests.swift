import PorticoJSON
import Testing

@testable import PorticoHTTP

@Suite struct ContractTests {
    private func mount() throws -> Mount { try SampleSite().site.configuration.mounts[0] }

    @Test("the document names every route of the API with its fields, answers and refusals")
    func document() throws {
        let document = try JSONValue(parsing: OpenAPIDocument(of: try mount(), version: "1").bytes)
        #expect(document["openapi"] == "3.1.0")
        let create = try #require(document["paths"]?["/shop/api/v1/items"]?["post"])
        let schema = try #require(create["requestBody"]?["content"]?["application/json"]?["schema"])
        #expect(schema["required"] == ["name", "count", "tags"])
        #expect(schema["properties"]?["count"]?["maximum"] == 500)
        for status in ["201", "400", "401", "403", "413", "415", "422", "503"] {
            #expect(create["responses"]?[status] != nil, "\(status) is not documented")
        }
        #expect(document["components"]?["schemas"]?["Item"] != nil)
        #expect(document["paths"]?["/shop/items"] == nil, "pages are no API")
    }

    /// Knows nobody, and refuses whoever sends a token.
    private struct Strict: Authenticator {
        func principal(for head: RequestHead) async throws -> Principal? {
            guard head.headers["authorization"] != nil else { return nil }
            throw Problem(401, "invalid_token", "Not ours.")
        }

        func refusals(of route: Route) -> [(status: HTTPStatus, code: String)] {
            route.name == "begin" ? [] : [(status: 401, code: "invalid_token")]
        }
    }

    @Test("the document names the refusal of a wrong token wherever a site asks who calls, also on open routes")
    func wrongToken() throws {
        func route(_ name: String, _ access: Access, _ cache: CacheControl = .noStore) -> Route {
            .json(.get, "/api/v1/\(name)", name, "Shows an item", access: access, cache: cache) {
                (_: RequestContext, _: NoInput) in .ok(SampleSite.Item.example)
            }
        }
        func atOnce(_ name: String, _ limit: LimitClass) -> Route {
            .immediateJSON(.get, "/api/v1/\(name)", name, "An item at once", limit: limit) {
                (_: RequestContext, _: NoInput) in .ok(SampleSite.Item.example)
            }
        }
        var mount = Mount(
            id: "shop", prefix: "/shop", title: "Shop",
            routes: [
                route("open", .anonymous), route("own", .signedIn), route("begin", .anonymous),
                route("shared", .anonymous, .shared(SharedCaching(seconds: 60))), atOnce("now", .unlimited),
                atOnce("counted", .pages),
            ])
        mount.authenticator = Strict()
        let document = try JSONValue(parsing: OpenAPIDocument(of: mount, version: "1").bytes)
        func unauthorised(_ name: String) -> JSONValue? {
            document["paths"]?["/shop/api/v1/\(name)"]?["get"]?["responses"]?["401"]?["description"]
        }
        #expect(unauthorised("open") == "invalid_token")
        #expect(unauthorised("own") == "not_signed_in, invalid_token")
        #expect(unauthorised("counted") == "invalid_token")
        for name in ["begin", "shared", "now"] { #expect(unauthorised(name) == nil, "\(name)") }
    }

    @Test("the table says for every route and role what the route declares")
    func table() throws {
        let cells = PermissionTable(of: try mount()).cells
        #expect(cells.count == (try mount()).routes.count * 3)
        func allowed(_ route: String, _ role: String?) -> Bool? {
            cells.first { $0.route == route && $0.role == role }?.isAllowed
        }
        #expect(allowed("createItem", nil) == false)
        #expect(allowed("createItem", "reader") == false)
        #expect(allowed("createItem", "writer") == true)
        #expect(allowed("itemsPage", "reader") == true)
        #expect(allowed("item", nil) == true)
    }
}
