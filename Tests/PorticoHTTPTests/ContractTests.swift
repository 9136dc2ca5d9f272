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
