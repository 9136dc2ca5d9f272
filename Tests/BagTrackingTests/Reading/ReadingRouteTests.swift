import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The reading routes as clients meet them: visibility, cursors, shapes, statements.
@Suite struct ReadingRouteTests {
    @Test("people of one area see that area only", arguments: TestEngine.available)
    func visibility(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 2)
            try await hall.scanParent("M444-00001", by: .jaipur)
            let desk = try await ReadingDesk(hall)
            #expect(await desk.get("bags").items("code") == ["1000002", "1000001", "SB00001"])
            #expect(await desk.get("bags", as: .jaipur).items("code") == ["M444-00001"])
            #expect(await desk.get("bags", as: .biller).items("code").count == 4)
            #expect(await desk.get("bags?area_code=jaipur", as: .biller).items("code") == ["M444-00001"])
            #expect(await desk.get("scans", as: .jaipur).items("code") == ["M444-00001"])
            for path in [
                "bags?area_code=jaipur", "stats?area_code=jaipur", "bags/M444-00001", "bags/M444-00001/history",
                "resolve?code=M444-00001", "bags/nonsense", "bags/%3Cb%3E",
            ] {
                #expect(await desk.get(path, as: .asha).status == 404, "\(path)")
            }
            for path in ["bags?area_code=atlantis", "stats?area_code=atlantis"] {
                #expect(await desk.get(path, as: .biller).status == 404, "\(path)")
            }
        }
    }

    @Test("R7 scans of a sack are found by its SSCC", arguments: TestEngine.available)
    func scansBySSCC(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let number = "389012340000000015"
            try await hall.fill("SB00001", with: 1)
            try await hall.scanParent(number)
            _ = try await hall.services.numbers.assign(number, to: "SB00001", by: hall.caller(.biller))
            let desk = try await ReadingDesk(hall)
            #expect(await desk.get("scans?parent_code=\(number)").items("code") == ["1000001"])
            #expect(await desk.get("scans?parent_code=00\(number)").items("code") == ["1000001"])
            #expect(await desk.get("scans?code=\(number)").items("code") == ["SB00001"])
            // To whom the sack is not there, the number is one that no sack carries.
            #expect(await desk.get("scans?code=\(number)", as: .jaipur).items("code") == [])
            try await hall.services.numbers.release(from: "SB00001", by: hall.caller(.biller))
            #expect(await desk.get("scans?code=\(number)").items("code") == [number])
            #expect(await desk.get("scans?parent_code=\(number)").items("code") == [])
        }
    }

    @Test("a cursor goes on where its page ended, and is worth nothing elsewhere", arguments: TestEngine.available)
    func cursors(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 4)
            let desk = try await ReadingDesk(hall)
            let first = await desk.get("bags?limit=2")
            let cursor = try #require(first.json["next_cursor"]?.string)
            #expect(await desk.get("bags?limit=2&cursor=\(cursor)").items("code") == ["1000002", "1000001"])
            let changed = (cursor.first == "M" ? "N" : "M") + cursor.dropFirst()
            for path in [
                "bags?limit=2&cursor=\(changed)", "bags?limit=2&kind=child&cursor=\(cursor)", "bags?cursor=x",
                "scans?cursor=\(cursor)", "bags/SB00001/history?cursor=\(cursor)",
            ] {
                let answer = await desk.get(path)
                #expect(answer.status == 422 && answer.problemCode == "invalid_cursor", "\(path)")
            }
            let foreign = await desk.get("bags?limit=2&cursor=\(cursor)", as: .biller)
            #expect(foreign.problemCode == "invalid_cursor")
        }
    }

    @Test(
        "refuses what no filter can mean",
        arguments: [
            "bags?q=*6", "bags?kind=box", "bags?status=broken", "bags?billed=maybe", "bags?limit=0", "bags?limit=201",
            "bags?created_from=2026-02-30", "bags?created_from=2026-02-02&created_to=2026-02-01",
            "scans?from=yesterday",
            "scans?from=2026-02-02T00:00:00Z&to=2026-02-01T00:00:00Z", "scans?user_id=x", "resolve",
            "scans?outcome=lost",
        ])
    func wrongFilters(path: String) async throws {
        try await withHall(on: .sqlite) { hall in
            let answer = try await ReadingDesk(hall).get(path)
            #expect(answer.status == 422)
            #expect(answer.problemCode == "validation_failed")
        }
    }

    @Test("shows a sack with its bags, and a bag with its sack's bill", arguments: TestEngine.available)
    func details(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 2)
            try await hall.bill("SB00001")
            let desk = try await ReadingDesk(hall)
            let sack = await desk.get("bags/sb00001").json
            #expect(sack["kind"]?.string == "parent" && sack["child_count"]?.int64 == 2)
            #expect(sack["weight_grams"]?.int64 == 2000 && sack["expected_weight_grams"]?.int64 == 30_000)
            #expect(sack["bill"]?["code"]?.string == "LKO 1")
            #expect(sack["epc"]?.string == "https://bags.test/bags/id/obj/SB00001")
            let children = sack["children"]?.elements ?? []
            #expect(children.compactMap { $0["code"]?.string } == ["1000001", "1000002"])
            #expect(children.first?["linked_by"]?["name"]?.string == "asha")
            let child = await desk.get("bags/1000001").json
            #expect(child["parent_code"]?.string == "SB00001" && child["bill"]?["state"]?.string == "open")
            #expect(child["child_count"] == nil)
        }
    }

    @Test("an entity tag spares a bag that has not changed")
    func entityTags() async throws {
        try await withHall(on: .sqlite) { hall in
            try await hall.scanParent("SB00001")
            let desk = try await ReadingDesk(hall)
            let tag = try #require(await desk.get("bags/SB00001")[header: "etag"])
            let again = await desk.client.get(
                "/bags/api/v1/bags/SB00001", ["authorization": "Bearer asha", "if-none-match": tag])
            #expect(again.status == 304)
        }
    }

    @Test("lists and single things may be kept and have an entity tag", arguments: TestEngine.available)
    func validators(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 1)
            let desk = try await ReadingDesk(hall)
            for path in [
                "scans", "bags", "bags/SB00001", "bags/SB00001/history", "resolve?code=SB00001", "stats", "audit",
                "areas", "areas/lucknow", "product-types", "product-types/mustard", "users", "users/1",
            ] {
                let answer = await desk.get(path, as: .admin)
                #expect(answer[header: "cache-control"] == "private, no-cache", "\(path)")
                let tag = try #require(answer[header: "etag"], "\(path)")
                let again = await desk.client.get(
                    "/bags/api/v1/\(path)", ["authorization": "Bearer admin", "if-none-match": tag])
                #expect(again.status == 304, "\(path)")
            }
        }
    }

    @Test("resolves codes and suggests others", arguments: TestEngine.available)
    func resolve(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 1)
            let desk = try await ReadingDesk(hall)
            let found = await desk.get("resolve?code=LABEL%20NO%201000001").json
            #expect(found["type"]?.string == "child" && found["code"]?.string == "1000001")
            #expect(found["url"]?.string == "/bags/bags/1000001")
            #expect(found["bag"]?["parent_code"]?.string == "SB00001")
            let unknown = await desk.get("resolve?code=SB00002")
            #expect(unknown.status == 404 && unknown.problemCode == "unknown_code")
            #expect(unknown.json["suggestions"]?.elements?.compactMap(\.string) == ["SB00001"])
        }
    }

    @Test("no list and no single thing needs more than five statements", arguments: TestEngine.available)
    func statements(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 3)
            try await hall.bill("SB00001")
            let desk = try await ReadingDesk(hall)
            for path in [
                "bags/SB00001", "bags/1000001", "bags/SB00001/history", "bags/1000001/history", "resolve?code=SB00001",
                "resolve?code=SB00099", "scans?mine=true", "stats",
                "bags?q=*001&kind=child&area_code=lucknow&created_from=2025-01-01&created_to=2027-01-01",
            ] {
                let answer = try await hall.database.budget(5, for: path) { await desk.get(path) }
                #expect(answer.status < 500)
            }
        }
    }

    @Test("answers as the routes declare", arguments: TestEngine.available)
    func contracts(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 2)
            let desk = try await ReadingDesk(hall)
            let services = hall.services
            let routes =
                ReadingRoutes(services: services).routes
                + StatsRoutes(services: services, stats: desk.stats, watch: desk.watch).routes
                + CatalogueRoutes(services: services, catalog: CatalogStore(services: services)).routes
            let calls = [
                ("listScans", "scans"), ("resolve", "resolve?code=1000001"), ("resolve", "resolve?code=SB00001"),
                ("listBags", "bags"), ("getBag", "bags/SB00001"), ("getBag", "bags/1000001"),
                ("listBagHistory", "bags/1000001/history"), ("getStats", "stats"), ("verifyStats", "stats/verify"),
                ("listAudit", "audit"), ("verifyAudit", "audit/verify"), ("listAreas", "areas"),
                ("listProductTypes", "product-types"), ("getArea", "areas/lucknow"),
                ("getProductType", "product-types/moong"),
            ]
            for (name, path) in calls {
                let route = try #require(routes.first { $0.name == name })
                let schema = try #require(route.answers.first?.schema)
                let answer = await desk.get(path, as: .admin)
                #expect(answer.status == 200, "\(path)")
                let differences = SchemaCheck(components: schema.components)
                    .differences(answer.json, from: schema.schema)
                #expect(differences.isEmpty, "\(path): \(differences)")
            }
        }
    }
}
