import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Scanning bags into sacks (rules R4, R5, R9, R11, R12, R18).
@Suite struct ChildScanTests {
    @Test("links a new bag, then calls the same scan a duplicate", arguments: TestEngine.available)
    func links(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            let first = try await hall.scanChild("2903411", into: "SB00001")
            #expect(first.status == 201)
            #expect(first.json["created"] == true)
            #expect(first.json["scan"]?["parent_code"] == "SB00001")
            #expect(first.json["child"] == ["code": "2903411", "lot": .null, "test_date": .null])
            #expect(first.json["parent"]?["child_count"] == 1)
            #expect(first.json["parent"]?["status"] == "filling")
            #expect(first.json["parent"]?["weight_grams"] == 1000)
            let again = try await hall.scanChild("2903411", into: "SB00001")
            #expect(again.status == 200)
            #expect(again.json["duplicate"] == true)
            #expect(again.json["parent"]?["child_count"] == 1)
            #expect(try await hall.number("SELECT count(*) FROM custody_events WHERE action = 'ADD'") == 1)
            #expect(try await hall.number("SELECT count(*) FROM custody_event_bags") == 1)
            #expect(try await hall.counter(.children(.linked), in: "lucknow") == 1)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("tells when a sack becomes full and takes no more", arguments: TestEngine.available)
    func fills(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("M444-00001", with: 15)
            #expect(try await hall.bag("M444-00001")?.parentStatus == .full)
            #expect(try await hall.eventKinds().filter { $0 == "parent.full" }.count == 1)
            let late = try await hall.scanChild("2000001", into: "M444-00001")
            #expect(late.status == 409)
            #expect(late.problemCode == "parent_full")
            #expect(try await hall.bag("2000001") == nil)
            // What is in the sack already is told so, also when the sack is full.
            #expect(try await hall.scanChild("1000003", into: "M444-00001").json["duplicate"] == true)
            #expect(try await hall.counter(.parents(.full)) == 1)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("says where a bag is when it is in another sack", arguments: TestEngine.available)
    func linkedElsewhere(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 1)
            try await hall.scanParent("SB00002")
            try await hall.bill("SB00001", as: "LKO 7")
            let scan = try await hall.scanChild("1000001", into: "SB00002")
            #expect(scan.problemCode == "linked_elsewhere")
            #expect(scan.json["current"] == ["parent_code": "SB00001", "bill_code": "LKO 7", "area_code": "lucknow"])
            #expect(try await hall.parent(of: "1000001") == "SB00001")
        }
    }

    @Test("refuses sacks that are unknown, sealed, retired or elsewhere", arguments: TestEngine.available)
    func refusesSacks(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let unknown = try await hall.scanChild("2903411", into: "SB00009")
            #expect(unknown.status == 404)
            #expect(unknown.problemCode == "parent_not_found")
            #expect(try await hall.scanChild("2903411", into: "SB9").problemCode == "invalid_parent_code")
            #expect(try await hall.scanChild("2903411", into: "389012340000000015").problemCode == "sscc_not_assigned")
            try await hall.fill("SB00001", with: 1)
            try await hall.bill("SB00001")
            let sealed = try await hall.scanChild("2903411", into: "SB00001")
            #expect(sealed.problemCode == "parent_billed")
            #expect(sealed.json["current"]?["bill_code"] == "LKO 1")
            try await hall.scanParent("SB00002", by: .jaipur)
            let foreign = try await hall.scanChild("2903411", into: "SB00002")
            #expect(foreign.problemCode == "other_area")
            #expect(foreign.json["current"] == .null)
            try await hall.scanParent("SB00003")
            try await hall.services.retirement.retire("SB00003", cascades: false, by: hall.caller(.admin))
            #expect(try await hall.scanChild("2903411", into: "SB00003").problemCode == "bag_retired")
            #expect(try await hall.bag("2903411") == nil)
            try await hall.expectCountsAreRight()
        }
    }

    @Test(
        "refuses what is no bag",
        arguments: [
            ("SB00002", "wrong_kind"), ("389012340000000015", "wrong_kind"), ("SB1234", "looks_like_parent"),
            ("AB", "invalid_child_code"), ("bag 7!", "invalid_child_code"), ("", "invalid_child_code"),
        ])
    func refusesCodes(code: String, reason: String) async throws {
        try await withHall(on: .sqlite) { hall in
            try await hall.scanParent("SB00001")
            let scan = try await hall.scanChild(code, into: "SB00001")
            #expect(scan.status == 422)
            #expect(scan.problemCode == reason)
        }
    }

    @Test("keeps lot and test date of the label at first sight", arguments: TestEngine.available)
    func keepsLabels(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            let label = "LABEL NO: 2903411 LOT NO: MUS/2025/001 D.O.T: 14/10/2025"
            let first = try await hall.scanChild(label, into: "SB00001")
            #expect(first.json["child"] == ["code": "2903411", "lot": "MUS/2025/001", "test_date": "2025-10-14"])
            let other = try await hall.scanChild("LABEL NO: 2903411 LOT NO: MUS/2025/002", into: "SB00001")
            #expect(other.json["duplicate"] == true)
            #expect(other.json["scan"]?["warnings"] == ["lot_differs"])
            #expect(other.json["child"]?["lot"] == "MUS/2025/001")
            let broken = try await hall.scanChild("LABEL NO: 2903412 D.O.T: 99/99/2025", into: "SB00001")
            #expect(broken.status == 201)
            #expect(broken.json["scan"]?["warnings"] == ["test_date_unreadable"])
        }
    }

    @Test("takes a loose bag of another area along for the office only", arguments: TestEngine.available)
    func followsArea(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 1, by: .jaipur)
            _ = try await hall.services.corrections.unlink("1000001", reason: "torn", by: hall.caller(.biller))
            try await hall.scanParent("SB00002")
            #expect(try await hall.scanChild("1000001", into: "SB00002").problemCode == "other_area")
            let office = try await hall.scanChild("1000001", into: "SB00002", by: .biller)
            #expect(office.status == 201)
            #expect(office.json["created"] == false)
            #expect(try await hall.bag("1000001")?.areaCode == "lucknow")
            #expect(try await hall.counter(.children(.loose), in: "jaipur") == 0)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("refuses a retired bag", arguments: TestEngine.available)
    func refusesRetiredBag(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 1)
            _ = try await hall.services.corrections.unlink("1000001", reason: "torn", by: hall.caller(.biller))
            try await hall.services.retirement.retire("1000001", cascades: false, by: hall.caller(.biller))
            #expect(try await hall.scanChild("1000001", into: "SB00001").problemCode == "bag_retired")
            try await hall.expectCountsAreRight()
        }
    }

    @Test("accepts an SSCC for the sack and answers with the sack's code", arguments: TestEngine.available)
    func acceptsSSCC(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            _ = try await hall.services.numbers.assign("389012340000000015", to: "SB00001", by: hall.caller(.biller))
            let child = try await hall.scanChild("2903411", into: "(00)389012340000000015")
            #expect(child.status == 201)
            #expect(child.json["scan"]?["parent_code"] == "SB00001")
            let parent = try await hall.scanParent("https://id.gs1.org/00/389012340000000015")
            #expect(parent.json["scan"]?["code"] == "SB00001")
            #expect(
                try await hall.number("SELECT count(*) FROM custody_events WHERE parent_epc LIKE '%/00/3890%'") == 1)
        }
    }

    @Test("counts scans, refusals and their time", arguments: TestEngine.available)
    func countsScans(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001", id: "client-0001")
            try await hall.scanParent("SB00001", id: "client-0001")
            try await hall.scanChild("SB00002", into: "SB00001")
            let text = String(decoding: hall.metrics.prometheusText(), as: UTF8.self)
            #expect(text.contains("bags_scans_total{kind=\"parent\",outcome=\"created\"} 1"))
            #expect(text.contains("bags_scans_total{kind=\"child\",outcome=\"rejected\"} 1"))
            #expect(text.contains("bags_scan_refusals_total{code=\"wrong_kind\"} 1"))
            #expect(text.contains("bags_scan_replays_total 1"))
            #expect(text.contains("bags_scan_duration_seconds_count{kind=\"parent\"} 2"))
        }
    }

    @Test("needs at most twelve statements for a scan, whatever comes of it", arguments: TestEngine.available)
    func staysInBudget(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("M444-00001", with: 14)
            try await hall.scanParent("SB00001")
            try await hall.bill("SB00001")
            let scans: [(code: String, parent: String)] = [
                ("2000001", "M444-00001"), ("2000002", "M444-00001"), ("1000001", "SB00001"), ("2000001", "M444-00001"),
                ("2000009", "SB00001"),
            ]
            for scan in scans {
                // A process that has just started reads the catalog as well.
                let services = try BagTrackingServices(
                    database: hall.database, clock: hall.clock, outbox: hall.outbox, cursors: hall.services.cursors,
                    settings: hall.services.settings, metrics: hall.metrics)
                let measure = RequestMeasure()
                try await RequestMeasure.$current.withValue(measure) {
                    let request = ScanRequest(
                        kind: .child, code: scan.code, parent: scan.parent,
                        clientScanID: ClientScanID(UUIDv7(at: hall.clock.now())))
                    _ = try await services.scans.scan(request, by: hall.caller())
                }
                #expect(measure.summary.statements <= 12)
            }
        }
    }
}
