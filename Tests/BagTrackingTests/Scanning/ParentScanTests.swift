import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Scanning a sack (rules R3, R7, R9, R10).
@Suite struct ParentScanTests {
    @Test("registers a sack at its first sight and knows it afterwards", arguments: TestEngine.available)
    func registers(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let first = try await hall.scanParent(" ]C1sb00012 ")
            #expect(first.status == 201)
            #expect(first.json["created"] == true)
            #expect(first.json["duplicate"] == false)
            #expect(first.json["child"] == .null)
            #expect(first.json["scan"]?["outcome"] == "created")
            #expect(first.json["scan"]?["code"] == "SB00012")
            #expect(first.json["scan"]?["area_code"] == "lucknow")
            #expect(
                first.json["parent"] == [
                    "code": "SB00012", "product_type": "mustard", "capacity": 30, "child_count": 0,
                    "status": "empty", "weight_grams": 0,
                ])
            let second = try await hall.scanParent("SB00012")
            #expect(second.status == 200)
            #expect(second.json["created"] == false)
            #expect(second.json["scan"]?["outcome"] == "found")
            #expect(try await hall.counter(.parents(.empty), in: "lucknow") == 1)
            #expect(try await hall.counter(.scans(.created)) == 1)
            #expect(try await hall.eventKinds() == ["scan.accepted", "scan.accepted"])
            try await hall.expectCountsAreRight()
        }
    }

    @Test("warns of a sack that is full, billed or on hold", arguments: TestEngine.available)
    func warns(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("M444-00001", with: 15)
            _ = try await hall.services.holds.hold("M444-00001", reason: "Seams open", by: hall.caller(.biller))
            try await hall.bill("M444-00001")
            let scan = try await hall.scanParent("M444-00001")
            #expect(scan.status == 200)
            #expect(scan.json["scan"]?["warnings"] == ["parent_full", "parent_billed", "on_hold"])
        }
    }

    @Test("asks users of all areas for the area of a new sack only", arguments: TestEngine.available)
    func asksForArea(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let missing = try await refusal { try await hall.scanParent("SB00001", by: .biller) }
            #expect(missing?.code == "validation_failed")
            #expect(missing?.fields.map(\.field) == ["area_code"])
            #expect(try await hall.number("SELECT count(*) FROM scans") == 0)
            #expect(try await hall.scanParent("SB00001", area: "indore", by: .biller).status == 201)
            #expect(try await hall.bag("SB00001")?.areaCode == "indore")
            #expect(try await hall.scanParent("SB00001", area: "jaipur", by: .biller).status == 200)
            #expect(try await hall.bag("SB00001")?.areaCode == "indore")
        }
    }

    @Test("lets nobody name another area than the own", arguments: TestEngine.available)
    func keepsAreas(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let foreign = try await refusal { try await hall.scanParent("SB00001", area: "jaipur") }
            #expect(foreign?.code == "forbidden")
            #expect(try await hall.scanParent("SB00001", area: "lucknow").status == 201)
        }
    }

    @Test("says nothing about a sack of another area", arguments: TestEngine.available)
    func hidesOtherAreas(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001", by: .jaipur)
            let scan = try await hall.scanParent("SB00001")
            #expect(scan.status == 409)
            #expect(scan.problemCode == "other_area")
            #expect(scan.json["current"] == .null)
            #expect(scan.json["scan_id"] == .string(String(scan.scanID)))
            #expect(
                try await hall.number("SELECT count(*) FROM scans WHERE outcome = 'rejected' AND area_code = 'lucknow'")
                    == 1)
        }
    }

    @Test(
        "stores refused codes as rejected scans",
        arguments: [
            ("SB1234", "invalid_parent_code"), ("", "invalid_parent_code"), ("389012340000000011", "invalid_sscc"),
            ("<script>alert(1)</script>", "invalid_parent_code"), (String(repeating: "A", count: 10_000), "too_long"),
        ])
    func refusesCodes(code: String, reason: String) async throws {
        try await withHall(on: .sqlite) { hall in
            let scan = try await hall.scanParent(code)
            #expect(scan.status == 422)
            #expect(scan.problemCode == reason)
            #expect(try await hall.number("SELECT count(*) FROM scans WHERE reject_code = \(reason)") == 1)
            #expect(try await hall.counter(.scans(.rejected), in: "lucknow") == 1)
            #expect(try await hall.eventKinds() == ["scan.rejected"])
        }
    }

    @Test(
        "refuses new sacks of a type that is no longer used, at once after it changed", arguments: TestEngine.available)
    func refusesInactiveTypes(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("M444-00001")
            try await hall.database.write { transaction in
                try transaction.execute(
                    "test.deactivate", "UPDATE product_types SET is_active = 0 WHERE code = 'moong'")
                try Catalog.changed(in: transaction)
            }
            let fresh = try await hall.scanParent("M444-00002")
            #expect(fresh.status == 409)
            #expect(fresh.problemCode == "product_type_inactive")
            #expect(try await hall.scanParent("M444-00001").status == 200)
        }
    }

    @Test("refuses a retired sack", arguments: TestEngine.available)
    func refusesRetired(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            try await hall.services.retirement.retire("SB00001", cascades: false, by: hall.caller(.admin))
            #expect(try await hall.scanParent("SB00001").problemCode == "bag_retired")
        }
    }

    @Test("takes the device's time when it is near, and says when not", arguments: TestEngine.available)
    func keepsTimes(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            var near = ScanRequest(
                kind: .parent, code: "SB00001", clientScanID: ClientScanID(UUIDv7(at: hall.clock.now())))
            near.scannedAt = hall.clock.now() - .hours(5)
            let first = try await hall.services.scans.scan(near, by: hall.caller())
            #expect(first.json["scan"]?["clock_adjusted"] == false)
            #expect(first.json["scan"]?["scanned_at"] == .string((hall.clock.now() - .hours(5)).rfc3339))
            #expect(first.delay == .hours(5))
            var far = ScanRequest(
                kind: .parent, code: "SB00001", clientScanID: ClientScanID(UUIDv7(at: hall.clock.now())))
            far.scannedAt = hall.clock.now() + .hours(5)
            let second = try await hall.services.scans.scan(far, by: hall.caller())
            #expect(second.json["scan"]?["clock_adjusted"] == true)
            #expect(second.json["scan"]?["scanned_at"] == .string(hall.clock.now().rfc3339))
        }
    }
}
