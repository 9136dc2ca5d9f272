import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Retiring, restoring and holding (rules R20, R21).
@Suite struct RetirementTests {
    private func retire(_ code: String, _ hall: PackingHall, cascades: Bool = false) async throws -> Refusal? {
        try await refusal {
            try await hall.services.retirement.retire(code, cascades: cascades, by: hall.caller(.admin))
        }
    }

    @Test("retires an empty sack and a loose bag, once", arguments: TestEngine.available)
    func retires(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 1)
            #expect(try await retire("1000001", hall)?.code == "bag_linked")
            let full = try await retire("SB00001", hall)
            #expect(full?.code == "has_children")
            #expect(full?.numbers == ["child_count": 1])
            #expect(try await retire("SB00001", hall, cascades: true) == nil)
            #expect(try await retire("1000001", hall) == nil)
            #expect(try await retire("1000001", hall) == nil)
            #expect(try await hall.auditActions() == ["bag.retired", "bag.retired"])
            #expect(try await hall.counter(.retired, in: "lucknow") == 2)
            #expect(try await retire("9999999", hall)?.code == "bag_not_found")
            #expect(try await retire("?", hall)?.code == "bag_not_found")
            try await hall.expectCountsAreRight()
        }
    }

    @Test("brings back what was retired", arguments: TestEngine.available)
    func restores(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 1)
            #expect(try await retire("SB00001", hall, cascades: true) == nil)
            #expect(try await retire("1000001", hall) == nil)
            let sack = try await hall.services.retirement.restore("SB00001", by: hall.caller(.admin))
            guard case .parent(let parent) = sack else {
                Issue.record("a sack came back as a bag")
                return
            }
            #expect(parent.status == .empty)
            _ = try await hall.services.retirement.restore("1000001", by: hall.caller(.admin))
            _ = try await hall.services.retirement.restore("1000001", by: hall.caller(.admin))
            #expect(try await hall.auditActions().suffix(2) == ["bag.restored", "bag.restored"])
            #expect(try await hall.scanChild("1000001", into: "SB00001").status == 201)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("keeps on record what is on a bill or has left on one", arguments: TestEngine.available)
    func keepsDispatched(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 2)
            try await hall.fill("SB00002", with: 1, from: 2_000_001)
            try await hall.bill("SB00002")
            #expect(try await retire("SB00002", hall)?.code == "bag_billed")
            _ = try await hall.services.corrections.unlink("1000002", reason: "stays", by: hall.caller(.biller))
            try await hall.dispatchAndReturn("SB00001")
            #expect(try await retire("SB00001", hall, cascades: true)?.code == "bag_billed")
            _ = try await hall.services.corrections.unlink("1000001", reason: "torn", by: hall.caller(.biller))
            #expect(try await retire("1000001", hall)?.code == "bag_billed")
            #expect(try await retire("1000002", hall) == nil)
        }
    }

    @Test("holds a sack with a reason, and lifts the hold", arguments: TestEngine.available)
    func holds(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            let first = try await hall.services.holds.hold("SB00001", reason: "Seams open", by: hall.caller(.biller))
            #expect(first.hold == ParentAnswer.Hold(reason: "Seams open", since: hall.clock.now()))
            let since = hall.clock.now()
            hall.clock.advance(by: .minutes(5))
            let second = try await hall.services.holds.hold("SB00001", reason: "Wet", by: hall.caller(.biller))
            #expect(second.hold == ParentAnswer.Hold(reason: "Wet", since: since))
            #expect(try await hall.scanChild("2903411", into: "SB00001").status == 201)
            try await hall.services.holds.release("SB00001", by: hall.caller(.biller))
            try await hall.services.holds.release("SB00001", by: hall.caller(.biller))
            #expect(try await hall.bag("SB00001")?.hold == nil)
            #expect(try await hall.auditActions() == ["bag.held", "bag.held", "bag.released"])
            let child = try await refusal {
                _ = try await hall.services.holds.hold("2903411", reason: "Wet", by: hall.caller(.biller))
            }
            #expect(child?.code == "invalid_parent_code")
        }
    }

    @Test("the audit tells what a retired sack was before it was emptied", arguments: TestEngine.available)
    func auditsCascade(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 2)
            #expect(try await retire("SB00001", hall, cascades: true) == nil)
            let sack = try #require(try await hall.audited("bag.retired"))
            #expect(sack.before == ["status": "filling", "child_count": 2])
            #expect(sack.after == ["status": "retired", "child_count": 0])
            #expect(try await retire("1000001", hall) == nil)
            #expect(try await hall.audited("bag.retired")?.before == ["status": "loose"])
            _ = try await hall.services.retirement.restore("SB00001", by: hall.caller(.admin))
            let restored = try #require(try await hall.audited("bag.restored"))
            #expect(restored.before == ["status": "retired"])
            #expect(restored.after == ["status": "empty"])
        }
    }

    @Test("the audit tells since when a sack was on hold", arguments: TestEngine.available)
    func auditsHolds(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            let since = JSONValue.string(hall.clock.now().rfc3339)
            _ = try await hall.services.holds.hold("SB00001", reason: "Wet", by: hall.caller(.biller))
            let held = try #require(try await hall.audited("bag.held"))
            #expect(held.before == ["hold_reason": .null, "hold_since": .null])
            #expect(held.after == ["hold_reason": "Wet", "hold_since": since])
            hall.clock.advance(by: .minutes(5))
            _ = try await hall.services.holds.hold("SB00001", reason: "Torn", by: hall.caller(.biller))
            let renamed = try #require(try await hall.audited("bag.held"))
            #expect(renamed.before == ["hold_reason": "Wet"])
            #expect(renamed.after == ["hold_reason": "Torn"])
            try await hall.services.holds.release("SB00001", by: hall.caller(.biller))
            let released = try #require(try await hall.audited("bag.released"))
            #expect(released.before == ["hold_reason": "Torn", "hold_since": since])
            #expect(released.after == ["hold_reason": .null, "hold_since": .null])
        }
    }
}
