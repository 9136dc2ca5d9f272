import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The same scan sent again (rule R13).
@Suite struct ScanReplayTests {
    @Test("answers byte for byte the same, whatever has happened since", arguments: TestEngine.available)
    func repeats(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let parent = try await hall.scanParent("SB00001", id: "client-parent")
            let label = "LABEL NO: 2903411 LOT NO: MUS/2025/001 D.O.T: 14/10/2025"
            let child = try await hall.scanChild(label, into: "SB00001", id: "client-child")
            try await hall.scanChild("2903412", into: "SB00001")
            hall.clock.advance(by: .minutes(1))
            _ = try await hall.services.undo.undo(scan: child.scanID, reason: nil, by: hall.caller())
            let before = try await hall.number("SELECT count(*) FROM scans")
            let events = try await hall.eventKinds().count
            let parentAgain = try await hall.scanParent("sb00001", id: "client-parent", request: "request-2")
            let childAgain = try await hall.scanChild(label, into: "SB00001", id: "client-child", request: "request-2")
            #expect(parentAgain.isReplay && childAgain.isReplay)
            #expect(parentAgain.status == parent.status && parentAgain.body == parent.body)
            #expect(childAgain.status == child.status && childAgain.body == child.body)
            #expect(try await hall.number("SELECT count(*) FROM scans") == before)
            #expect(try await hall.eventKinds().count == events)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("repeats a refusal with the first request's id", arguments: TestEngine.available)
    func repeatsRefusals(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 1)
            try await hall.scanParent("SB00002")
            let refusals: [(code: String, parent: String)] = [
                ("1000001", "SB00002"), ("SB00009", "SB00002"), ("2000001", "SB00009"), ("2000001", "nonsense"),
            ]
            for (index, scan) in refusals.enumerated() {
                let id = "client-\(index)-refused"
                let first = try await hall.scanChild(scan.code, into: scan.parent, id: id, request: "first")
                #expect(first.isProblem && !first.isReplay)
                // What made it a refusal is gone by now for the first of them; the answer stays.
                if index == 0 {
                    _ = try await hall.services.corrections.unlink("1000001", reason: "gone", by: hall.caller(.admin))
                }
                let again = try await hall.scanChild(scan.code, into: scan.parent, id: id, request: "second")
                #expect(again.isReplay)
                #expect(again.status == first.status && again.body == first.body)
                #expect(again.json["request_id"] == "first")
            }
        }
    }

    @Test("refuses another content under a used id, and keeps users apart", arguments: TestEngine.available)
    func refusesReuse(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001", id: "client-0001")
            let reused = try await refusal { try await hall.scanParent("SB00002", id: "client-0001") }
            #expect(reused?.code == "client_scan_id_reused")
            let otherKind = try await refusal {
                try await hall.scanChild("SB00001", into: "SB00001", id: "client-0001")
            }
            #expect(otherKind?.code == "client_scan_id_reused")
            let other = try await hall.scanParent("SB00002", id: "client-0001", by: .ravi)
            #expect(other.status == 201 && !other.isReplay)
        }
    }

    @Test("gives copies that arrive at once one answer and one effect", arguments: TestEngine.available)
    func survivesCopies(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            for round in 0..<5 {
                let results = try await withThrowingTaskGroup(of: ScanResult.self) { group in
                    for copy in 0..<8 {
                        group.addTask {
                            try await hall.scanChild(
                                "300000\(round)", into: "SB00001", id: "client-copy-\(round)", request: "copy-\(copy)")
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(Set(results.map(\.body)).count == 1)
                #expect(results.allSatisfy { $0.status == 201 })
                #expect(results.filter { !$0.isReplay }.count == 1)
            }
            #expect(try await hall.number("SELECT count(*) FROM scans WHERE kind = 'child'") == 5)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("gives copies of a new sack's scan one answer as well", arguments: TestEngine.available)
    func survivesCopiesOfSacks(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let results = try await withThrowingTaskGroup(of: ScanResult.self) { group in
                for copy in 0..<8 {
                    group.addTask {
                        try await hall.scanParent("SB00005", id: "client-sack", request: "copy-\(copy)")
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(results.map(\.body)).count == 1)
            #expect(try await hall.counter(.parents(.empty)) == 1)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("keeps what a replay needs and nothing in the common case")
    func keepsRemainders() throws {
        #expect(ScanRemainder().text == nil)
        var full = ScanRemainder()
        full.wasKnown = true
        full.lot = "MUS/\"1\""
        full.testDate = CalendarDate(year: 2025, month: 10, day: 14)
        full.warnings = [.lotDiffers]
        full.undo = ScanRemainder.UndoneState(childCount: 3, areaCode: "lucknow", lot: nil, testDate: nil)
        #expect(try ScanRemainder(full.text) == full)
        var refusal = Refusal.conflict("x", "why", current: nil)
        refusal.numbers = ["child_count": 4]
        let stored = ScanRemainder(refusal)
        #expect(try ScanRemainder(stored.text) == stored)
        #expect(try ScanRemainder(stored.text).refusal?.refusal(code: "x") == refusal)
    }
}
