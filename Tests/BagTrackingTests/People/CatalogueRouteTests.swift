import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The routes about areas and product types as clients meet them.
@Suite struct CatalogueRouteTests {
    /// What to add, where it is then found, and a change of it.
    private static let things: [(list: String, body: JSONValue, code: String, unknown: String)] = [
        ("areas", ["code": "delhi", "name": "Delhi"], "delhi", "area_not_found"),
        (
            "product-types",
            [
                "code": "wheat", "name": "Wheat", "prefix": "WH", "digits": 6, "capacity": 20,
                "unit_weight_grams": 2000,
            ], "wheat", "product_type_not_found"
        ),
    ]

    @Test("what was added is found where its answer says, by everybody", arguments: TestEngine.available)
    func locations(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let desk = try await ReadingDesk(hall)
            for thing in CatalogueRouteTests.things {
                let made = await desk.send(.post, thing.list, thing.body)
                #expect(made.status == 201)
                let location = try #require(made[header: "location"])
                #expect(location == "/bags/api/v1/\(thing.list)/\(thing.code)")
                for person in PackingHall.Person.allCases {
                    let shown = await desk.client.get(location, ["authorization": "Bearer \(person)"])
                    #expect(shown.status == 200)
                    #expect(shown.bytes == made.bytes)
                }
                let unknown = await desk.get("\(thing.list)/nowhere")
                #expect(unknown.status == 404 && unknown.problemCode == thing.unknown)
                let long = String(repeating: "x", count: 300)
                #expect(await desk.send(.patch, "\(thing.list)/\(long)", ["name": "X"]).problemCode == thing.unknown)
            }
        }
    }

    @Test("a change of what the caller has not seen is refused and leaves no trace", arguments: TestEngine.available)
    func preconditions(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let desk = try await ReadingDesk(hall)
            for (list, code, action) in [
                ("areas", "lucknow", "area.updated"), ("product-types", "moong", "product_type.updated"),
            ] {
                let path = "\(list)/\(code)"
                let old = try #require(await desk.get(path)[header: "etag"])
                let changed = await desk.send(.patch, path, ["name": "Other"], ifMatch: old)
                #expect(changed.status == 200)
                let shown = await desk.get(path)
                #expect(shown.bytes == changed.bytes)
                let stale = await desk.send(.patch, path, ["is_active": false], ifMatch: old)
                #expect(stale.status == 412 && stale.problemCode == "stale")
                #expect(await desk.get(path).bytes == shown.bytes)
                #expect(await desk.send(.patch, path, ["is_active": false], ifMatch: "*").status == 200)
                #expect(await desk.send(.patch, path, ["is_active": true]).status == 200)
                #expect(try await hall.auditActions().filter { $0 == action }.count == 3)
            }
        }
    }
}
