import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Tracing a lot, and a sack on its way to a consignee.
@Suite struct TracePageTests {
    /// A lot in two sacks of which one is on a bill, and a loose bag of it.
    private func pack(_ app: AppHarness) async throws {
        let office = try await app.client("biller")
        for (sack, bags) in [("SB00001", ["1000001", "1000002"]), ("SB00002", ["1000003", "1000004"])] {
            _ = await office.post(
                "/bags/api/v1/scans/parent", ["code": .string(sack), "area_code": "lucknow"])
            for bag in bags {
                _ = await office.post(
                    "/bags/api/v1/scans/child",
                    ["parent": .string(sack), "code": .string("LABEL NO: \(bag) LOT NO: MUS/7 ")])
            }
        }
        _ = await office.post("/bags/api/v1/bags/1000004/unlink", ["reason": "torn label"])
        try await app.database.write { transaction in
            try transaction.execute(
                "test.bill",
                """
                INSERT INTO bills (code, code_key, state, area_code, capacity, linked_count, consignee, destination,
                    created_by, created_at)
                VALUES ('LKO 117', 'lko 117', 'dispatched', 'lucknow', 10, 1, 'Kisan <Kendra>', 'Unnao', 1,
                    \(AppHarness.start))
                """)
            try transaction.execute(
                "test.billed", "UPDATE bags SET bill_id = (SELECT id FROM bills) WHERE code = 'SB00001'")
        }
    }

    @Test("a lot is traced to its sacks and bills", arguments: TestEngine.available)
    func trace(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            try await pack(app)
            let office = try await app.client("biller")
            let answer = await office.get("/bags/api/v1/trace?lot=mus/7").json
            #expect(answer["lot"] == "MUS/7")
            #expect(answer["children"] == 4)
            #expect(answer["loose"] == 1)
            #expect(answer["parents"]?.elements?.compactMap { $0["child_count_of_lot"]?.int64 } == [2, 1])
            #expect(answer["parents"]?[0]?["bill_code"] == "LKO 117")
            #expect(answer["parents"]?[1]?["bill_code"] == .null)
            #expect(answer["bills"]?[0]?["child_count_of_lot"] == 2)
            let page = await office.get("/bags/find?tab=lot&lot=mus/7")
            #expect(page.text.contains("Kisan &lt;Kendra&gt;"))
            #expect(page.text.contains("href=\"/bags/bags/SB00002\""))
            #expect(await office.get("/bags/find?tab=lot&lot=nothing").text.contains("No bag of lot NOTHING"))
        }
    }

    @Test("a lot is traced to the bills it came back from", arguments: TestEngine.available)
    func returns(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            for (sack, label) in [
                ("SB20001", "LABEL NO: 77001 LOT NO: MUS/7 "), ("SB20002", "LABEL NO: 77002 LOT NO: MUS/7 "),
            ] {
                try await hall.scanParent(sack)
                try await hall.scanChild(label, into: sack)
            }
            _ = try await hall.shippedBill(sacks: 3)
            let tickets = [try await hall.openTicket(area: "jaipur"), try await hall.openTicket()]
            try await hall.scanReturn("SB20001", tickets[0])
            try await hall.scanReturn("SB20003", tickets[0])
            try await hall.scanReturn("SB20002", tickets[1])
            _ = try await hall.services.returns.cancel(tickets[1], by: hall.caller(.biller))
            // What happens to a bag after it came back does not change that it did.
            _ = try await hall.services.corrections.unlink("77001", reason: "torn", by: hall.caller(.biller))
            let trace = try #require(try await hall.database.read { try LotTrace("MUS/7", in: $0) })
            #expect(trace.children == 2 && trace.loose == 1)
            #expect(trace.sacks.map(\.code) == ["SB20002"] && trace.sacks.first?.bill?.code == "LKO 1")
            #expect(trace.returns.map(\.sackCode) == ["SB20001"] && trace.returns.map(\.count) == [1])
            #expect(
                trace.returns.first?.bill.code == "LKO 1" && trace.returns.first?.ticketCode.hasPrefix("RTN-") == true)
            #expect(trace.bills.map { [$0.count, $0.returned] } == [[1, 1]])
        }
    }

    @Test("who may not trace lots gets no tab for it")
    func noTab() async throws {
        try await withApp { app in
            let table = try await app.client("dispatcher")
            #expect(!(await table.get("/bags/find?tab=lot&lot=MUS/7").text.contains("find-lot")))
        }
    }

    @Test("a bag is told with its sack, its bill and its consignee")
    func position() async throws {
        try await withApp { app in
            try await pack(app)
            let table = try await app.client("dispatcher")
            for path in ["/bags/find?code=1000001", "/bags/bags/1000001", "/bags/bags/SB00001"] {
                let page = await table.get(path)
                #expect(page.status == 200)
                for words in ["SB00001", "LKO 117", "Dispatched", "Kisan &lt;Kendra&gt;, Unnao"] {
                    #expect(page.text.contains(words), "\(path): \(words)")
                }
            }
        }
    }

    @Test("an unknown code is answered with codes one slip away")
    func suggestions() async throws {
        try await withApp { app in
            try await pack(app)
            let table = try await app.client("dispatcher")
            let page = await table.get("/bags/find?code=SB00003")
            #expect(page.status == 404)
            #expect(page.text.contains("href=\"/bags/find?code=SB00001\""))
            #expect(page.text.contains("value=\"SB00003\""))
        }
    }
}
