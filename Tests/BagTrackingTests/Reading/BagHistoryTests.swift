import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What the history of a sack tells, and to whom (rule R9).
@Suite struct BagHistoryTests {
    private func steps(
        _ hall: PackingHall, _ code: String, for person: PackingHall.Person
    ) async throws -> [HistoryStep] {
        let caller = hall.caller(person)
        return try await hall.database.read { reading in
            let row = try #require(try BagLookup(reading).bag(code, .parent, locked: false))
            return try BagHistory(session: reading, row: row, areaCode: caller.areaCode).page(after: nil, limit: 50)
                .items
        }
    }

    @Test("tells who took a sack off a bill, and that its bill was cancelled", arguments: TestEngine.available)
    func removal(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.openBill("LKO 7")
            try await hall.packed("SB00001")
            for _ in 1...2 {
                hall.clock.advance(by: .minutes(1))
                try await hall.addToBill("SB00001", bill)
                hall.clock.advance(by: .minutes(1))
                try await hall.services.bills.remove("SB00001", from: bill, by: hall.caller(.biller))
            }
            let other = try await hall.openBill("LKO 8")
            hall.clock.advance(by: .minutes(1))
            try await hall.addToBill("SB00001", other)
            hall.clock.advance(by: .minutes(1))
            for id in [bill, other] {
                _ = try await hall.services.bills.cancel(id, reason: "No lorry", by: hall.caller(.admin))
            }
            let told = try await steps(hall, "SB00001", for: .asha).filter { $0.billCode != nil }
            #expect(told.map(\.what) == ["unbilled", "billed", "unbilled", "billed", "unbilled", "billed"])
            #expect(told.map(\.billCode) == ["LKO 8", "LKO 8", "LKO 7", "LKO 7", "LKO 7", "LKO 7"])
            #expect(told.allSatisfy { $0.billID != nil } && Set(told.map(\.billID)).count == 2)
            #expect(told.map { $0.user?.name } == ["admin", "biller", "biller", "biller", "biller", "biller"])
            #expect(told[2].at == PackingHall.start + .minutes(4))
        }
    }

    @Test("R9 an act of the office is told of in the area it was done in", arguments: TestEngine.available)
    func actsOfAnotherArea(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            func hold(_ reason: String) async throws {
                hall.clock.advance(by: .minutes(1))
                let admin = hall.caller(.admin)
                _ = try await hall.services.holds.hold("SB20001", reason: reason, by: admin)
                try await hall.services.holds.release("SB20001", by: admin)
                hall.clock.advance(by: .minutes(1))
            }
            _ = try await hall.shippedBill(sacks: 2)
            try await hold("Wet at Lucknow")
            let ticket = try await hall.openTicket(area: "jaipur")
            try await hall.scanReturn("SB20001", ticket)
            try await hold("Wet at Jaipur")
            func held(_ person: PackingHall.Person) async throws -> Int {
                try await steps(hall, "SB20001", for: person).filter { ["held", "released"].contains($0.what) }.count
            }
            #expect(try await held(.jaipur) == 2)
            #expect(try await held(.admin) == 4)
            let seen = try await steps(hall, "SB20001", for: .jaipur)
            #expect(seen.allSatisfy { $0.billCode == nil && $0.billID == nil })
            _ = try await hall.services.returns.cancel(ticket, by: hall.caller(.biller))
            try await hold("Wet at Lucknow again")
            #expect(try await held(.asha) == 4)
            #expect(try await held(.admin) == 6)
        }
    }

    /// The journeys that the history of a bag tells of, newest first.
    private func journeys(_ hall: PackingHall, _ code: String) async throws -> [String] {
        try await hall.database.read { reading in
            let row = try #require(try BagLookup(reading).bag(code, .child, locked: false))
            return try BagHistory(session: reading, row: row, areaCode: nil).page(after: nil, limit: 50).items
                .filter { $0.billCode != nil }.map(\.what)
        }
    }

    @Test("a bag's history keeps the journey of a sack that it was taken out of later", arguments: TestEngine.available)
    func journey(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            _ = try await hall.shippedBill(sacks: 1)
            hall.clock.advance(by: .minutes(1))
            let ticket = try await hall.openTicket()
            try await hall.scanReturn("SB20001", ticket)
            _ = try await hall.services.returns.commit(ticket, by: hall.caller(.biller))
            #expect(try await journeys(hall, "5000100") == ["returned", "dispatched"])
            hall.clock.advance(by: .minutes(1))
            _ = try await hall.services.corrections.unlink("5000100", reason: "torn", by: hall.caller(.biller))
            #expect(try await journeys(hall, "5000100") == ["returned", "dispatched"])
            try await hall.fill("SB00001", with: 1)
            _ = try await hall.services.corrections.move(
                "5000101", to: "SB00001", reason: "torn", by: hall.caller(.biller))
            #expect(try await journeys(hall, "5000101") == ["returned", "dispatched"])
            // What was not inside was not on the journey.
            try await hall.scanChild("5000999", into: "SB20001")
            #expect(try await journeys(hall, "5000999") == [])
            #expect(try await journeys(hall, "1000001") == [])
        }
    }

    @Test("R9 what was done to a bag in another area stays there", arguments: TestEngine.available)
    func bags(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 1, from: 1_000_001)
            try await hall.scanParent("SB00002", by: .jaipur)
            _ = try await hall.services.corrections.unlink("1000001", reason: "torn", by: hall.caller(.admin))
            hall.clock.advance(by: .minutes(1))
            let admin = hall.caller(.admin)
            try await hall.services.retirement.retire("1000001", cascades: false, by: admin)
            _ = try await hall.services.retirement.restore("1000001", by: admin)
            hall.clock.advance(by: .minutes(1))
            try await hall.scanChild("1000001", into: "SB00002", by: .admin)
            func words(_ area: String?) async throws -> [String] {
                try await hall.database.read { reading in
                    let row = try #require(try BagLookup(reading).bag("1000001", .child, locked: false))
                    #expect(row.areaCode == "jaipur")
                    return try BagHistory(session: reading, row: row, areaCode: area).page(after: nil, limit: 50).items
                        .map(\.what)
                }
            }
            #expect(try await words("jaipur") == ["linked"])
            #expect(try await Set(words(nil)).isSuperset(of: ["retired", "restored", "unlinked"]))
        }
    }
}
