import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Return tickets from opening to their end (rules R29, R31).
@Suite struct ReturnTicketTests {
    @Test(
        "R29: a code is the day and four hexadecimal digits",
        arguments: [
            (UInt16(0), "RTN-20251121-0000"), (0x0F3A, "RTN-20251121-0F3A"), (0xFFFF, "RTN-20251121-FFFF"),
        ])
    func code(number: UInt16, text: String) throws {
        let date = try #require(CalendarDate("2025-11-21"))
        #expect(TicketCode(on: date, number: number).text == text)
        #expect(TicketCode(" \(text.lowercased()) ")?.text == text)
        #expect(TicketCode("RTN-2025112-0F3A") == nil && TicketCode("RTN-20251121-0G3A") == nil)
        for other in [
            "", "RTN-", "RTN-20251121-0F3", "RTN-20251121-0F3AA", "RTX-20251121-0F3A", "RTN-2025112A-0F3A",
            "RTN-20251121_0F3A",
        ] {
            #expect(TicketCode(other) == nil, "\(other)")
        }
    }

    @Test("R29: a ticket is committed with a sack, and fixed afterwards", arguments: TestEngine.available)
    func commits(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            _ = try await hall.shippedBill(sacks: 1)
            let ticket = try await hall.openTicket()
            #expect(try await hall.ticket(ticket).ticket.code.wholeMatch(of: /RTN-20251121-[0-9A-F]{4}/) != nil)
            let empty = try await refusal {
                _ = try await hall.services.returns.commit(ticket, by: hall.caller(.biller))
            }
            #expect(empty?.code == "ticket_empty")
            try await hall.scanReturn("SB20001", ticket)
            let done = try await hall.services.returns.commit(ticket, by: hall.caller(.biller))
            #expect(done.ticket.state == .committed && done.ticket.closedAt != nil)
            #expect(try await hall.number("SELECT sack_count * 1000 + child_count FROM return_tickets") == 1002)
            for act in [hall.services.returns.commit, hall.services.returns.cancel] {
                let fixed = try await refusal { _ = try await act(ticket, hall.caller(.biller)) }
                #expect(fixed?.code == "ticket_not_open")
            }
            #expect(try await hall.counter(.returns("committed"), in: "lucknow") == 1)
            #expect(
                try await hall.auditActions().filter { $0.hasPrefix("return.") } == [
                    "return.created", "return.committed",
                ])
            #expect(try await hall.eventKinds().contains("return.committed"))
            try await hall.expectReturnsAreRight()
        }
    }

    @Test("R31: cancelling undoes the area move, the count and the hold", arguments: TestEngine.available)
    func restores(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.shippedBill(sacks: 3)
            let before = try await hall.shipped(bill)
            _ = try await hall.services.holds.hold("SB20002", reason: "seams open", by: hall.caller(.biller))
            let ticket = try await hall.openTicket(area: "jaipur")
            try await hall.scanReturn("SB20001", ticket, .wet)
            try await hall.scanReturn("SB20002", ticket, .expired)
            try await hall.scanReturn("SB20003", ticket)
            #expect(try await hall.bag("SB20002")?.hold?.reason == "returned: expired")
            let answer = try await hall.services.returns.cancel(ticket, by: hall.caller(.biller))
            #expect(answer.ticket.state == .cancelled && answer.items.allSatisfy { $0.isRestored == true })
            let after = try await hall.shipped(bill)
            #expect(after?.totals == before?.totals && after?.returnedCount == 0)
            #expect(try await hall.bag("SB20001")?.hold == nil)
            #expect(try await hall.bag("SB20002")?.hold?.reason == "seams open")
            #expect(try await hall.number("SELECT count(*) FROM bags WHERE area_code = 'jaipur'") == 0)
            #expect(try await hall.number("SELECT count(*) FROM custody_events WHERE fact = 'return_cancelled'") == 3)
            #expect(try await hall.counter(.returns("cancelled"), in: "jaipur") == 1)
            try await hall.expectReturnsAreRight()
        }
    }

    @Test("R31: a sack that was billed or repacked since stays where it is", arguments: TestEngine.available)
    func keeps(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.shippedBill(sacks: 3)
            let ticket = try await hall.openTicket()
            for serial in 20_001...20_003 { try await hall.scanReturn("SB\(serial)", ticket) }
            let next = NewBill(code: try BillCode("LKO 2"), areaCode: "lucknow", header: BillHeader(capacity: 2))
            let second = try await hall.services.bills.create(next, by: hall.caller(.biller)).bill.id
            try await hall.scan(.bill, "SB20001", bill: second, by: .biller)
            try await hall.scanChild("7000001", into: "SB20002")
            let answer = try await hall.services.returns.cancel(ticket, by: hall.caller(.biller))
            #expect(answer.items.map(\.isRestored) == [false, false, true])
            #expect(answer.items.map(\.reason) == ["billed", "repacked", nil])
            #expect(try await hall.shipped(bill)?.totals.linkedCount == 1)
            #expect(try await hall.shipped(bill)?.returnedCount == 2)
            try await hall.expectReturnsAreRight()
        }
    }

    @Test(
        "R31: a sack that was billed since by a scan with an earlier id stays where it is",
        arguments: TestEngine.available)
    func billedWithEarlierID(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            _ = try await hall.shippedBill(sacks: 2)
            let ticket = try await hall.openTicket()
            for serial in 20_001...20_002 { try await hall.scanReturn("SB\(serial)", ticket) }
            let next = NewBill(code: try BillCode("LKO 2"), areaCode: "lucknow", header: BillHeader(capacity: 2))
            let second = try await hall.services.bills.create(next, by: hall.caller(.biller)).bill.id
            try await hall.scan(.bill, "SB20001", bill: second, by: .biller)
            _ = try await hall.services.bills.remove("SB20001", from: second, by: hall.caller(.biller))
            // A scan takes its id before it waits for the sack.
            try await hall.database.write { transaction in
                _ = try transaction.execute(
                    "test.earlier",
                    "UPDATE scans SET id = id - 1000000 WHERE kind = 'bill' AND bill_id = \(second)")
            }
            let answer = try await hall.services.returns.cancel(ticket, by: hall.caller(.biller))
            #expect(answer.items.map(\.reason) == ["billed", nil])
            try await hall.expectReturnsAreRight()
        }
    }

    @Test("R31: committing and cancelling at once, one wins", arguments: TestEngine.available)
    func races(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            _ = try await hall.shippedBill(sacks: 3)
            let ticket = try await hall.openTicket()
            try await hall.scanReturn("SB20001", ticket)
            let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        let refused = try await refusal {
                            let returns = hall.services.returns
                            _ =
                                index % 2 == 0
                                ? try await returns.commit(ticket, by: hall.caller(.biller))
                                : try await returns.cancel(ticket, by: hall.caller(.biller))
                        }
                        #expect(refused == nil || refused?.code == "ticket_not_open")
                        return refused == nil
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(winners.filter(\.self).count == 1)
            try await hall.expectReturnsAreRight()
        }
    }

    @Test("a bag's history tells that its sack came back, and on which ticket", arguments: TestEngine.available)
    func history(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            _ = try await hall.shippedBill(sacks: 1)
            hall.clock.advance(by: .hours(1))
            let ticket = try await hall.openTicket()
            try await hall.scanReturn("SB20001", ticket)
            let code = try await hall.ticket(ticket).ticket.code
            for name in ["SB20001", "5000100"] {
                let row = try #require(try await hall.bag(name))
                let steps = try await hall.database.read {
                    try BagHistory(session: $0, row: row, areaCode: nil).page(after: nil, limit: 50).items
                }
                #expect(steps.first?.what == "returned" && steps.first?.ticketCode == code, "\(name)")
                #expect(steps.filter { $0.what == "returned" }.count == 1)
            }
        }
    }
}
