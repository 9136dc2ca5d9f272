import Logging
import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The routes of packing and corrections as clients meet them.
@Suite struct ScanRouteTests {
    /// Everybody whose bearer token is the name of a person.
    private struct NameBadges: Authenticator {
        func principal(for head: RequestHead) async throws -> Principal? {
            let name = head.headers["authorization"]?.dropFirst("Bearer ".count)
            guard let person = PackingHall.Person.allCases.first(where: { name.map(String.init) == "\($0)" }) else {
                return nil
            }
            return Principal(
                accountID: person.rawValue, email: "\(person)@bags.test", name: "\(person)",
                roles: [person.role.rawValue], permissions: person.role.permissions,
                attributes: person.area.map { ["area_code": $0] } ?? [:])
        }
    }

    private func site(_ hall: PackingHall) throws -> TestClient {
        var mount = Mount(
            id: "bags", prefix: "/bags", title: "Bags",
            routes: ScanRoutes(services: hall.services).routes + CorrectionRoutes(services: hall.services).routes)
        mount.authenticator = NameBadges()
        return TestClient(
            try Site(
                Site.Configuration(
                    mounts: [mount], csrf: CSRFSigner(key: [UInt8](repeating: 1, count: 32)), clock: hall.clock,
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: hall.metrics,
                    assets: AssetLinks { $0 })))
    }

    private func badge(_ person: PackingHall.Person) -> Headers { ["authorization": "Bearer \(person)"] }

    @Test("scans, replays and refuses with the promised statuses and headers")
    func scans() async throws {
        try await withHall(on: .sqlite) { hall in
            let client = try site(hall)
            let asha = badge(.asha)
            let made = await client.post("/bags/api/v1/scans/parent", ["code": "SB00001"], asha)
            #expect(made.status == 201)
            #expect(made[header: "location"] == "/bags/api/v1/bags/SB00001")
            let body: JSONValue = ["parent": "SB00001", "code": "2903411", "client_scan_id": "client-0001"]
            let first = await client.post("/bags/api/v1/scans/child", body, asha)
            let again = await client.post("/bags/api/v1/scans/child", body, asha)
            #expect(first.status == 201 && again.status == 201)
            #expect(first[header: "idempotent-replay"] == nil && again[header: "idempotent-replay"] == "true")
            #expect(first.bytes == again.bytes)
            let refused = await client.post(
                "/bags/api/v1/scans/child", ["parent": "SB00009", "code": "2903412"], asha)
            #expect(refused.status == 404)
            #expect(refused.problemCode == "parent_not_found")
            #expect(refused[header: "content-type"] == "application/problem+json")
            #expect(refused[header: "cache-control"] == "no-store")
            #expect(refused.json["scan_id"]?.string != nil)
        }
    }

    @Test("names wrong fields, and asks for the permission")
    func checksShape() async throws {
        try await withHall(on: .sqlite) { hall in
            let client = try site(hall)
            let wrong = await client.post(
                "/bags/api/v1/scans/child", ["code": 7, "client_scan_id": "short"], badge(.asha))
            #expect(wrong.status == 422)
            #expect(wrong.problemCode == "validation_failed")
            let fields = wrong.json["errors"]?.elements?.compactMap { $0["field"]?.string } ?? []
            #expect(Set(fields) == ["parent", "code", "client_scan_id"])
            let gate = await client.post("/bags/api/v1/scans/parent", ["code": "SB00001"], badge(.gatekeeper))
            #expect(gate.status == 403)
            #expect(await client.post("/bags/api/v1/scans/parent", ["code": "SB00001"]).status == 401)
            let foreign = await client.post(
                "/bags/api/v1/scans/parent", ["code": "SB00001", "area_code": "jaipur"], badge(.asha))
            #expect(foreign.status == 403)
            #expect(foreign.problemCode == "forbidden")
            #expect(await client.post("/bags/api/v1/scans/nonsense/undo", [:], badge(.asha)).status == 404)
        }
    }

    @Test("takes a batch in order, each item as if it came alone")
    func takesBatches() async throws {
        try await withHall(on: .sqlite) { hall in
            let client = try site(hall)
            var items: [JSONValue] = [
                ["kind": "parent", "code": "SB00001", "client_scan_id": "client-parent"],
                ["kind": "child", "parent": "SB00001", "code": "SB00002", "client_scan_id": "client-wrong"],
                ["kind": "child", "parent": "SB00001", "code": "2903400", "client_scan_id": "bad id"],
                ["kind": "teapot", "code": "2903400", "client_scan_id": "client-teapot"],
                ["kind": "child", "code": "2903400", "client_scan_id": "client-orphan"],
            ]
            for serial in 0..<35 {
                items.append([
                    "kind": "child", "parent": "SB00001", "code": .string("29034\(10 + serial)"),
                    "client_scan_id": .string("client-child-\(serial)"), "scanned_at": "2025-11-21T10:00:00Z",
                ])
            }
            let first = await client.post("/bags/api/v1/scans/batch", ["items": .array(items)], badge(.asha))
            #expect(first.status == 200)
            let statuses = first.json["results"]?.elements?.map { $0["status"]?.int64 ?? 0 } ?? []
            #expect(statuses.prefix(5) == [201, 422, 422, 422, 422])
            #expect(statuses.dropFirst(5).prefix(30).allSatisfy { $0 == 201 })
            #expect(statuses.suffix(5) == [409, 409, 409, 409, 409])
            let third = first.json["results"]?[2]
            #expect(third?["body"]?["code"] == "validation_failed")
            #expect(third?["client_scan_id"] == "bad id")
            let again = await client.post("/bags/api/v1/scans/batch", ["items": .array(items)], badge(.asha))
            let bodies = { (answer: TestAnswer, index: Int) in answer.json["results"]?[index]?["body"] }
            for index in [0, 1, 5, 34, 39] { #expect(bodies(again, index) == bodies(first, index)) }
            #expect(await client.post("/bags/api/v1/scans/batch", ["items": []], badge(.asha)).status == 422)
            let many = JSONValue.array([JSONValue](repeating: items[0], count: 101))
            #expect(await client.post("/bags/api/v1/scans/batch", ["items": many], badge(.asha)).status == 422)
            let gate = await client.post("/bags/api/v1/scans/batch", ["items": [items[0]]], badge(.gatekeeper))
            #expect(gate.json["results"]?[0]?["status"] == 403)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("an item of a batch with wrong types gets its own refusal, the rest goes on", arguments: TestEngine.available)
    func lenientBatches(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let client = try site(hall)
            let items: [JSONValue] = [
                7, ["kind": "parent", "code": "SB00001", "parent": 7, "client_scan_id": "client-parent"],
                ["code": "2903411", "parent": "SB00001", "client_scan_id": "client-kindless"],
                ["kind": "child", "code": 2_903_411, "parent": ["SB00001"], "client_scan_id": "client-numbers"],
                ["kind": "child", "code": "2903411", "parent": "SB00001", "client_scan_id": 12_345_678],
                ["kind": ["child"], "code": "2903411", "parent": "SB00001", "client_scan_id": "client-kinds"], .null,
                ["kind": "child", "code": "2903411", "parent": "SB00001", "client_scan_id": "client-child"],
            ]
            let answer = await client.post("/bags/api/v1/scans/batch", ["items": .array(items)], badge(.asha))
            #expect(answer.status == 200)
            let results = answer.json["results"]?.elements ?? []
            #expect(results.map { $0["status"]?.int64 } == [422, 201, 422, 422, 422, 422, 422, 201])
            let fields = results.map { result in
                (result["body"]?["errors"]?.elements ?? []).compactMap { $0["field"]?.string }.sorted()
            }
            #expect(
                fields == [["body"], [], ["kind"], ["code", "parent"], ["client_scan_id"], ["kind"], ["body"], []])
            let ids = results.map { $0["client_scan_id"]?.string }
            #expect(
                ids == [
                    nil, "client-parent", "client-kindless", "client-numbers", nil, "client-kinds", nil, "client-child",
                ])
            #expect(try await hall.parent(of: "2903411") == "SB00001")
            for wrong: JSONValue in [[:], ["items": "all"], ["items": ["kind": "child"]]] {
                let refused = await client.post("/bags/api/v1/scans/batch", wrong, badge(.asha))
                #expect(refused.status == 422)
                #expect(refused.json["errors"]?[0]?["field"] == "items")
            }
        }
    }

    @Test("corrects by the office's routes")
    func corrects() async throws {
        try await withHall(on: .sqlite) { hall in
            try await hall.fill("SB00001", with: 3)
            try await hall.scanParent("SB00002")
            let client = try site(hall)
            let admin = badge(.admin)
            let reason: JSONValue = ["reason": " torn label "]
            let moved = await client.post(
                "/bags/api/v1/bags/1000001/move", ["to_parent": "SB00002", "reason": "mix-up"], admin)
            #expect(moved.status == 200)
            #expect(moved.json["moved"] == true)
            #expect(moved.json["to_parent"]?["child_count"] == 1)
            #expect(await client.post("/bags/api/v1/bags/1000001/unlink", ["reason": "x"], admin).status == 422)
            #expect(await client.post("/bags/api/v1/bags/1000001/unlink", [:], admin).status == 422)
            #expect(await client.post("/bags/api/v1/bags/1000001/unlink", reason, admin).json["unlinked"] == 1)
            #expect(await client.post("/bags/api/v1/bags/1000001/unlink", reason, badge(.asha)).status == 403)
            #expect(await client.post("/bags/api/v1/bags/SB00001/empty", reason, admin).json["unlinked"] == 2)
            #expect(
                await client.put("/bags/api/v1/bags/SB00001/hold", reason, admin).json["hold"]?["reason"]
                    == "torn label")
            #expect(await client.delete("/bags/api/v1/bags/SB00001/hold", admin).status == 204)
            let number: JSONValue = ["sscc": "389012340000000015"]
            let numbered = await client.post("/bags/api/v1/bags/SB00001/sscc", number, admin)
            #expect(numbered.status == 201)
            #expect(numbered.json == ["code": "SB00001", "sscc": "389012340000000015"])
            #expect(await client.delete("/bags/api/v1/bags/389012340000000015/sscc", admin).status == 204)
            #expect(await client.delete("/bags/api/v1/bags/SB00001?cascade=melt", admin).status == 422)
            #expect(await client.delete("/bags/api/v1/bags/SB00001?cascade=unlink", admin).status == 204)
            let restored = await client.post("/bags/api/v1/bags/SB00001/restore", [:], admin)
            #expect(restored.json["status"] == "empty")
            #expect(await client.delete("/bags/api/v1/bags/SB00777", admin).problemCode == "bag_not_found")
        }
    }

    @Test("undoes by its route, with the same answer twice")
    func undoes() async throws {
        try await withHall(on: .sqlite) { hall in
            try await hall.fill("SB00001", with: 1)
            let client = try site(hall)
            let scan = try await hall.scanChild("2903411", into: "SB00001")
            let first = await client.post("/bags/api/v1/scans/\(scan.scanID)/undo", ["reason": "  "], badge(.asha))
            let again = await client.post("/bags/api/v1/scans/\(scan.scanID)/undo", [:], badge(.asha))
            #expect(first.status == 200)
            #expect(first.json["scan"]?["undo_reason"] == .null)
            #expect(first.json["child"]?["status"] == "loose")
            #expect(first.bytes == again.bytes)
        }
    }
}
