import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The history offers Undo only where the rules would take it (rule R16).
@Suite struct UndoOfferTests {
    /// Ids of the dispatcher's scans that the history offers to undo.
    private func offered(_ client: TestClient, _ query: String = "") async -> Set<String> {
        let text = await client.get("/bags/scans\(query)").text
        return Set(text.matches(of: /action="\/bags\/scans\/([0-9]+)\/undo"/).map { String($0.1) })
    }

    private func pack(_ sack: String, _ bags: [String], _ client: TestClient) async throws -> [String] {
        _ = await client.post("/bags/api/v1/scans/parent", ["code": .string(sack)])
        var ids: [String] = []
        for bag in bags {
            let answer = await client.post(
                "/bags/api/v1/scans/child", ["parent": .string(sack), "code": .string(bag)])
            ids.append(try #require(answer.json["scan"]?["id"]?.string))
        }
        return ids
    }

    @Test(
        "R16 a bag that was moved, taken out or retired, and a sack on a bill, offer no Undo",
        arguments: TestEngine.available)
    func refusedOnes(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let table = try await app.client("dispatcher")
            let office = try await app.client("biller")
            let ids = try await pack("SB00001", ["1234561", "1234562", "1234563", "1234564"], table)
            let billed = try await pack("SB00002", ["1234571"], table)
            _ = try await pack("SB00003", ["1234581"], table)
            let all = await offered(table)
            #expect(all.isSuperset(of: ids + billed))
            let api = "/bags/api/v1"
            let moved = await office.post(
                "\(api)/bags/1234561/move", ["to_parent": "SB00003", "reason": "wrong sack"])
            #expect(moved.status == 200)
            #expect(await office.post("\(api)/bags/1234562/unlink", ["reason": "torn"]).status == 200)
            #expect(await office.post("\(api)/bags/1234563/unlink", ["reason": "torn"]).status == 200)
            #expect(await office.delete("\(api)/bags/1234563").status == 204)
            let bill = await office.post(
                "\(api)/bills", ["code": "LKO 1", "capacity": 3, "area_code": "lucknow"])
            let id = try #require(bill.json["id"]?.string)
            #expect(await office.post("\(api)/bills/\(id)/parents", ["code": "SB00002"]).status == 201)
            let left = await offered(table)
            #expect(left.isDisjoint(with: ids.prefix(3) + billed))
            #expect(left.contains(ids[3]))
            for id in ids + billed {
                let undone = await table.post("\(api)/scans/\(id)/undo")
                #expect((undone.status == 200) == left.contains(id), "\(id): \(undone.status)")
            }
        }
    }

    @Test("R16 what is too old, or somebody else's, offers no Undo")
    func othersAndOldOnes() async throws {
        try await withApp { app in
            let table = try await app.client("dispatcher")
            let ids = try await pack("SB00001", ["1234561"], table)
            let gate = try await app.client("gatekeeper")
            #expect(await offered(gate, "?mine=false").isEmpty)
            #expect(await offered(table) == Set(ids))
            app.clock.advance(by: .seconds(3601))
            #expect(await offered(table).isEmpty)
        }
    }
}
