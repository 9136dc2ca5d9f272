import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Taking scans back (rule R16).
@Suite struct UndoTests {
    private func code(
        _ hall: PackingHall, _ scan: Int64, by person: PackingHall.Person = .asha
    ) async throws -> String? {
        try await refusal {
            _ = try await hall.services.undo.undo(scan: scan, reason: nil, by: hall.caller(person))
        }?.code
    }

    @Test("takes the bag out and keeps the scan, and answers the same a second time", arguments: TestEngine.available)
    func undoes(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 2)
            let scan = try await hall.scanChild("LABEL NO 2903411 LOT NO MUS/1", into: "SB00001")
            hall.clock.advance(by: .seconds(3600))
            let first = try await hall.services.undo.undo(scan: scan.scanID, reason: "wrong bag", by: hall.caller())
            #expect(first.scan.undone?.by == 1)
            #expect(first.scan.undone?.reason == "wrong bag")
            #expect(first.scan.user == ScanItem.User(id: 1, name: "asha"))
            #expect(first.parent.load.childCount == 2)
            #expect(first.child.status == .loose && first.child.parentCode == nil)
            #expect(try await hall.bag("2903411")?.childStatus == .loose)
            #expect(try await hall.counter(.undone, in: "lucknow") == 1)
            #expect(try await hall.counter(.scans(.linked), in: "lucknow") == 3)
            #expect(try await hall.auditActions() == ["scan.undone"])
            #expect(try await hall.eventKinds().last == "scan.undone")
            #expect(
                try await hall.number(
                    "SELECT count(*) FROM custody_events WHERE corrects_id IS NOT NULL AND declared_error_at IS NOT NULL"
                )
                    == 1)
            // The world goes on; the second answer is still that of the undo.
            try await hall.scanChild("LABEL NO 2903411 D.O.T 14/10/2025", into: "SB00001")
            try await hall.scanChild("2903499", into: "SB00001")
            let second = try await hall.services.undo.undo(scan: scan.scanID, reason: "again", by: hall.caller())
            #expect(JSONWriter.encode(second) == JSONWriter.encode(first))
            #expect(try await hall.auditActions().count == 1)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("refuses after the window has passed", arguments: TestEngine.available)
    func closesWindow(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            let scan = try await hall.scanChild("2903411", into: "SB00001")
            hall.clock.advance(by: .milliseconds(3_600_001))
            #expect(try await code(hall, scan.scanID) == "undo_window_passed")
        }
    }

    @Test("lets others than the scanner and administrators alone", arguments: TestEngine.available)
    func guards(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            let scan = try await hall.scanChild("2903411", into: "SB00001")
            #expect(try await code(hall, scan.scanID, by: .ravi) == "forbidden")
            #expect(try await code(hall, scan.scanID, by: .biller) == "forbidden")
            #expect(try await code(hall, scan.scanID, by: .jaipur) == "scan_not_found")
            #expect(try await code(hall, 999_999) == "scan_not_found")
            #expect(try await code(hall, scan.scanID, by: .admin) == nil)
        }
    }

    @Test("refuses what is no link, what is sealed and what has changed since", arguments: TestEngine.available)
    func refuses(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let parent = try await hall.scanParent("SB00001")
            #expect(try await code(hall, parent.scanID) == "not_undoable")
            let link = try await hall.scanChild("2903411", into: "SB00001")
            let duplicate = try await hall.scanChild("2903411", into: "SB00001")
            #expect(try await code(hall, duplicate.scanID) == "not_undoable")
            try await hall.scanParent("SB00002")
            _ = try await hall.services.corrections.move(
                "2903411", to: "SB00002", reason: "wrong sack", by: hall.caller(.biller))
            #expect(try await code(hall, link.scanID) == "superseded")
            _ = try await hall.services.corrections.move(
                "2903411", to: "SB00001", reason: "right sack", by: hall.caller(.biller))
            #expect(try await code(hall, link.scanID) == "superseded")
            let sealed = try await hall.scanChild("2903412", into: "SB00001")
            try await hall.bill("SB00001")
            #expect(try await code(hall, sealed.scanID) == "parent_billed")
            try await hall.expectCountsAreRight()
        }
    }

    @Test("refuses once the sack has been on the road with the bag inside", arguments: TestEngine.available)
    func afterJourney(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            _ = try await hall.shippedBill(sacks: 1)
            let link = try await hall.number("SELECT id FROM scans WHERE code = '5000100' AND outcome = 'linked'")
            hall.clock.advance(by: .minutes(1))
            let ticket = try await hall.openTicket()
            try await hall.scanReturn("SB20001", ticket)
            _ = try await hall.services.returns.commit(ticket, by: hall.caller(.biller))
            let scan = Int64(link)
            let refused = try await refusal {
                _ = try await hall.services.undo.undo(scan: scan, reason: nil, by: hall.caller(.admin))
            }
            #expect(refused?.code == "superseded" && refused?.detail.contains("lorry") == true)
            // What came in afterwards was not on the road.
            hall.clock.advance(by: .minutes(1))
            let later = try await hall.scanChild("5000999", into: "SB20001")
            #expect(try await code(hall, later.scanID) == nil)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("happens once when it is asked for at once", arguments: TestEngine.available)
    func happensOnce(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            for round in 0..<4 {
                let scan = try await hall.scanChild("290341\(round)", into: "SB00001")
                let bodies = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                    for _ in 0..<6 {
                        group.addTask {
                            JSONWriter.encode(
                                try await hall.services.undo.undo(scan: scan.scanID, reason: nil, by: hall.caller()))
                        }
                    }
                    return try await group.reduce(into: Set()) { $0.insert($1) }
                }
                #expect(bodies.count == 1)
            }
            #expect(try await hall.counter(.undone) == 4)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("knows no scan of an area its maker has left", arguments: TestEngine.available)
    func leavesArea(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            let scan = try await hall.scanChild("2903411", into: "SB00001")
            let asha = hall.caller()
            let moved = BagCaller(
                userID: asha.userID, name: asha.name, areaCode: "jaipur", permissions: asha.permissions,
                requestID: "request-2", address: asha.address, now: asha.now)
            let refused = try await refusal {
                _ = try await hall.services.undo.undo(scan: scan.scanID, reason: nil, by: moved)
            }
            #expect(refused?.code == "scan_not_found")
            #expect(try await hall.parent(of: "2903411") == "SB00001")
        }
    }
}
