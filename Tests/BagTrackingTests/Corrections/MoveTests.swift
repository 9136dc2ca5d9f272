import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Moving, unlinking and emptying (rules R17, R18).
@Suite struct MoveTests {
    @Test("moves a bag in one step, with audit, custody and counts", arguments: TestEngine.available)
    func moves(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 2)
            try await hall.scanParent("SB00002", by: .jaipur)
            let office = hall.caller(.biller)
            let answer = try await hall.services.corrections.move(
                "1000001", to: "sb00002", reason: "mix-up", by: office)
            #expect(answer.isMoved)
            #expect(answer.child.parentCode == "SB00002" && answer.child.areaCode == "jaipur")
            #expect(answer.fromParent?.load.childCount == 1)
            #expect(answer.toParent.load.childCount == 1 && answer.toParent.status == .filling)
            let again = try await hall.services.corrections.move("1000001", to: "SB00002", reason: "mix-up", by: office)
            #expect(!again.isMoved)
            #expect(try await hall.auditActions() == ["bag.moved"])
            #expect(
                try await hall.number("SELECT count(*) FROM custody_events WHERE fact IN ('moved_out', 'moved_in')")
                    == 2)
            #expect(try await hall.counter(.children(.linked), in: "jaipur") == 1)
            #expect(try await hall.eventKinds().filter { $0 == "stats.changed" }.count == 2)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("puts a loose bag into a sack, and tells when that fills it", arguments: TestEngine.available)
    func fillsByMoving(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 1, from: 2_000_001)
            _ = try await hall.services.corrections.unlink("2000001", reason: "loose", by: hall.caller(.biller))
            try await hall.fill("M444-00001", with: 14)
            let answer = try await hall.services.corrections.move(
                "2000001", to: "M444-00001", reason: "fits", by: hall.caller(.biller))
            #expect(answer.fromParent == nil)
            #expect(answer.toParent.status == .full)
            #expect(try await hall.eventKinds().filter { $0 == "parent.full" }.count == 1)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("refuses targets and sources as packing does", arguments: TestEngine.available)
    func refusesMoves(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 1)
            try await hall.fill("M444-00001", with: 15, from: 2_000_001)
            func move(_ code: String, _ target: String) async throws -> String? {
                try await refusal {
                    _ = try await hall.services.corrections.move(
                        code, to: target, reason: "because", by: hall.caller(.biller))
                }?.code
            }
            #expect(try await move("1000001", "M444-00001") == "parent_full")
            #expect(try await move("1000001", "SB00009") == "parent_not_found")
            #expect(try await move("1000001", "nonsense") == "invalid_parent_code")
            #expect(try await move("9999999", "SB00001") == "bag_not_found")
            #expect(try await move("SB00001", "SB00001") == "wrong_kind")
            try await hall.scanParent("SB00002")
            try await hall.bill("SB00001")
            #expect(try await move("1000001", "SB00002") == "parent_billed")
            #expect(try await move("2000001", "SB00001") == "parent_billed")
            #expect(try await hall.auditActions().isEmpty)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("unlinks one bag, and says when it is in no sack", arguments: TestEngine.available)
    func unlinks(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 2)
            let answer = try await hall.services.corrections.unlink("1000001", reason: "torn", by: hall.caller(.biller))
            #expect(answer.unlinked == 1)
            #expect(answer.parent.load.childCount == 1)
            let again = try await refusal {
                _ = try await hall.services.corrections.unlink("1000001", reason: "torn", by: hall.caller(.biller))
            }
            #expect(again?.code == "not_linked")
            #expect(try await hall.auditActions() == ["bag.unlinked"])
            try await hall.expectCountsAreRight()
        }
    }

    @Test("empties a sack at once, and an empty one again", arguments: TestEngine.available)
    func empties(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 5)
            let answer = try await hall.services.corrections.empty(
                "SB00001", reason: "repack", by: hall.caller(.biller))
            #expect(answer.unlinked == 5)
            #expect(answer.parent.status == .empty)
            #expect(
                try await hall.number(
                    "SELECT count(*) FROM custody_event_bags e JOIN custody_events c ON c.id = e.event_id WHERE c.fact = 'emptied'"
                ) == 5)
            #expect(try await hall.counter(.children(.loose)) == 5)
            let again = try await hall.services.corrections.empty("SB00001", reason: "repack", by: hall.caller(.biller))
            #expect(again.unlinked == 0)
            #expect(try await hall.auditActions() == ["bag.emptied"])
            try await hall.fill("SB00002", with: 1, from: 2_000_001)
            try await hall.bill("SB00002")
            let sealed = try await refusal {
                _ = try await hall.services.corrections.empty("SB00002", reason: "repack", by: hall.caller(.biller))
            }
            #expect(sealed?.code == "parent_billed")
            try await hall.expectCountsAreRight()
        }
    }

    @Test("the audit of a move names the areas only where the bag changed its area", arguments: TestEngine.available)
    func auditsAreas(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 1)
            try await hall.scanParent("SB00002", by: .jaipur)
            try await hall.scanParent("SB00003", by: .jaipur)
            let office = hall.caller(.biller)
            _ = try await hall.services.corrections.move("1000001", to: "SB00002", reason: "mix-up", by: office)
            let across = try #require(try await hall.audited("bag.moved"))
            #expect(across.before == ["parent_code": "SB00001", "area_code": "lucknow"])
            #expect(across.after == ["parent_code": "SB00002", "area_code": "jaipur", "reason": "mix-up"])
            _ = try await hall.services.corrections.move("1000001", to: "SB00003", reason: "room", by: office)
            let within = try #require(try await hall.audited("bag.moved"))
            #expect(within.before == ["parent_code": "SB00002"])
            #expect(within.after == ["parent_code": "SB00003", "reason": "room"])
        }
    }
}
