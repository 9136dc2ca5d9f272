import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Sacks scanned onto return tickets (rule R30).
@Suite struct ReturnScanTests {
    @Test("R30: a sack leaves its bill at once; what was dispatched stays", arguments: TestEngine.available)
    func takes(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.shippedBill(sacks: 3)
            let ticket = try await hall.openTicket()
            let result = try await hall.scanReturn("sb20001", ticket)
            #expect(result.status == 201)
            #expect(result.json["scan"]?["outcome"] == "returned" && result.json["scan"]?["area_code"] == "lucknow")
            #expect(
                result.json["item"]?["original_bill_code"] == "LKO 1" && result.json["item"]?["condition"] == "good")
            #expect(result.json["item"]?["child_count"] == 2 && result.json["item"]?["weight_grams"] == 2000)
            let row = try #require(try await hall.shipped(bill))
            #expect(row.totals.linkedCount == 2 && row.totals.childCount == 4 && row.returnedCount == 1)
            #expect(row.dispatched?.linkedCount == 3 && row.dispatched?.childCount == 6)
            let sack = try await hall.bag("SB20001")
            #expect(sack?.billID == nil && sack?.hold == nil)
            let answer = try await hall.ticket(ticket)
            #expect(answer.items.map(\.code) == ["SB20001"] && answer.items.first?.childCount == 2)
            #expect(try await hall.number("SELECT count(*) FROM custody_events WHERE fact = 'returned'") == 1)
            try await hall.expectReturnsAreRight()
        }
    }

    @Test(
        "R30: sack and bags come into the ticket's area; all but good ones are on hold", arguments: TestEngine.available
    )
    func movesAndHolds(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            _ = try await hall.shippedBill(sacks: 2)
            let ticket = try await hall.openTicket(area: "jaipur")
            try await hall.scanReturn("SB20001", ticket, .wet)
            let sack = try #require(try await hall.bag("SB20001"))
            #expect(sack.areaCode == "jaipur" && sack.hold?.reason == "returned: wet")
            #expect(try await hall.number("SELECT count(*) FROM bags WHERE area_code = 'jaipur'") == 3)
            #expect(try await hall.counter(.children(.linked), in: "jaipur") == 2)
            try await hall.expectReturnsAreRight()
        }
    }

    @Test("R30: the first check that fails answers", arguments: TestEngine.available)
    func refuses(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            _ = try await hall.shippedBill(sacks: 1)
            let ticket = try await hall.openTicket()
            try await hall.fill("SB00001", with: 1)
            try await hall.fill("SB00002", with: 1, from: 1_500_000)
            let open = NewBill(code: try BillCode("LKO 2"), areaCode: "lucknow", header: BillHeader(capacity: 2))
            let bill = try await hall.services.bills.create(open, by: hall.caller(.biller)).bill.id
            try await hall.scan(.bill, "SB00002", bill: bill, by: .biller)
            #expect(try await hall.scanReturn("nonsense", ticket).problemCode == "invalid_parent_code")
            #expect(try await hall.scanReturn("SB99999", ticket).problemCode == "parent_not_found")
            #expect(try await hall.scanReturn("SB00001", ticket).problemCode == "not_billed")
            let early = try await hall.scanReturn("SB00002", ticket)
            #expect(early.problemCode == "not_dispatched" && early.json["current"]?["bill_code"] == "LKO 2")
            #expect(try await hall.scanReturn("SB20001", ticket).status == 201)
            let again = try await hall.scanReturn("SB20001", ticket, .wet)
            #expect(
                again.status == 200 && again.json["duplicate"] == true && again.json["item"]?["condition"] == "good")
            let missing = try await refusal { try await hall.scanReturn("SB20001", 99) }
            #expect(missing?.code == "ticket_not_found")
            _ = try await hall.services.returns.commit(ticket, by: hall.caller(.biller))
            let late = try await hall.scanReturn("nonsense", ticket)
            #expect(late.problemCode == "ticket_not_open" && late.json["current"]?["state"] == "committed")
            try await hall.expectReturnsAreRight()
        }
    }

    @Test(
        "R13: a repetition gets the first answer byte for byte, whatever has happened since",
        arguments: TestEngine.available)
    func replays(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            _ = try await hall.shippedBill(sacks: 2)
            let ticket = try await hall.openTicket()
            let first = try await hall.scanReturn("SB20001", ticket, .damaged, id: "return-0001")
            let refused = try await hall.scanReturn("SB99999", ticket, id: "return-0002", request: "first")
            _ = try await hall.services.returns.cancel(ticket, by: hall.caller(.biller))
            let again = try await hall.scanReturn("SB20001", ticket, .damaged, id: "return-0001", request: "second")
            #expect(again.isReplay && again.status == 201 && again.body == first.body)
            let refusedAgain = try await hall.scanReturn("SB99999", ticket, id: "return-0002", request: "second")
            #expect(refusedAgain.isReplay && refusedAgain.body == refused.body)
            let other = try await hall.openTicket()
            let reused = try await refusal { try await hall.scanReturn("SB20001", other, id: "return-0001") }
            #expect(reused?.code == "client_scan_id_reused")
            try await hall.expectReturnsAreRight()
        }
    }

    @Test("R19: one of thirty tickets takes a sack back", arguments: TestEngine.available)
    func races(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            _ = try await hall.shippedBill(sacks: 4)
            var opened: [Int64] = []
            for index in 0..<30 {
                opened.append(try await hall.openTicket(area: index % 2 == 0 ? "lucknow" : "jaipur"))
            }
            let tickets = opened
            for serial in 20_001...20_003 {
                let results = try await withThrowingTaskGroup(of: ScanResult.self) { group in
                    for ticket in tickets {
                        group.addTask { try await hall.scanReturn("SB\(serial)", ticket) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(results.filter { $0.status == 201 }.count == 1)
                #expect(results.filter { $0.problemCode == "not_billed" }.count == 29)
            }
            let same = try await withThrowingTaskGroup(of: ScanResult.self) { group in
                for _ in 0..<30 { group.addTask { try await hall.scanReturn("SB20004", tickets[0]) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(same.filter { $0.status == 201 }.count == 1)
            #expect(same.filter { $0.status == 200 }.count == 29)
            try await hall.expectReturnsAreRight()
        }
    }

    @Test("needs at most twelve statements for a scan", arguments: TestEngine.available)
    func budget(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            _ = try await hall.shippedBill(sacks: 1)
            let ticket = try await hall.openTicket(area: "jaipur")
            for _ in 0..<2 {
                let measure = RequestMeasure()
                try await RequestMeasure.$current.withValue(measure) {
                    _ = try await hall.scanReturn("SB20001", ticket, .wet)
                }
                #expect(measure.summary.statements <= 12, "\(measure.summary.statements)")
            }
        }
    }
}
