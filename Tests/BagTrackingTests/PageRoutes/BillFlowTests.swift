import Portico
import PorticoTesting
import Testing

@testable import BagTracking
@testable import PorticoHTTP

/// The pages of bills and of the gate, and their forms.
@Suite struct BillFlowTests {
    /// Registers a sack of Lucknow with one bag, by the API.
    private func pack(_ sack: String, _ bag: String, _ client: TestClient) async {
        _ = await client.post("/bags/api/v1/scans/parent", ["code": .string(sack)])
        _ = await client.post("/bags/api/v1/scans/child", ["parent": .string(sack), "code": .string(bag)])
    }

    /// Sends the form of a page and follows where it leads.
    private func send(
        _ path: String, _ fields: KeyValuePairs<String, String>, _ client: TestClient,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> TestAnswer {
        let answer = await client.submit("/bags/\(path)", fields)
        #expect(answer.status == 303, "\(path): \(answer.text.prefix(300))", sourceLocation: sourceLocation)
        return await client.get(try #require(answer[header: "location"]))
    }

    @Test("a lorry goes from the first sack to the delivery by forms alone", arguments: TestEngine.available)
    func journey(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let table = try await app.client("dispatcher")
            for serial in 1...3 { await pack("SB0000\(serial)", "123456\(serial)", table) }
            let office = try await app.client("biller")
            let gate = try await app.client("gatekeeper")
            let opened = try await send(
                "bills", ["code": "LKO 1", "capacity": "3", "area_code": "lucknow", "consignee": "Seva <b>"], office)
            #expect(opened.text.contains("The bill is open") && opened.text.contains("Seva &lt;b&gt;"))
            let added = try await send("bills/1/parents", ["code": "sb00001"], office)
            #expect(added.text.contains("On the bill") && added.text.contains("1 of 3"))
            _ = try await send("bills/1/parents", ["code": "SB00002"], office)
            let off = try await send("bills/1/parents/SB00002/remove", [:], office)
            #expect(off.text.contains("Taken off the bill"))
            _ = try await send("bills/1/parents", ["code": "SB00002"], office)
            let bag = await office.get("/bags/bags/SB00001")
            #expect(bag.text.contains("href=\"/bags/bills/1\""))
            _ = try await send("bills/1/complete", ["short_reason": "Lorry full"], office)
            #expect(await gate.get("/bags/gate").text.contains("/bags/bills/1/gate"))
            let running = try await send("bills/1/gate/start", [:], gate)
            #expect(running.text.contains("data-kind=\"gate\"") && running.text.contains("SB00002"))
            #expect(try await send("bills/1/gate/scans", ["code": "SB00001"], gate).text.contains("Seen"))
            try await findings(gate, office)
            _ = try await send("bills/1/gate/scans", ["code": "SB00002"], gate)
            let gone = try await send(
                "bills/1/gate/dispatch", ["vehicle_number": "up 32 ab 1234", "driver_name": "Ram Kumar"], gate)
            #expect(gone.text.contains("UP32AB1234"))
            let delivered = try await send("bills/1/deliver", ["received_by": "R. K. Singh"], office)
            #expect(delivered.text.contains("The delivery is recorded"))
            #expect(await office.get("/bags/id/bt/1")[header: "location"] == "/bags/bills/1")
        }
    }

    /// A foreign sack is shown until it is unloaded, and the dashboard counts it.
    private func findings(_ gate: TestClient, _ office: TestClient) async throws {
        let foreign = await gate.submit("/bags/bills/1/gate/scans", ["code": "SB00003"])
        #expect(foreign.status == 409 && foreign.text.contains("role=\"alert\""))
        #expect(foreign.text.contains("It is on no bill.") && foreign.text.contains("/gate/findings/1"))
        #expect(await office.get("/bags/").text.contains("/bags/bills?findings=true"))
        #expect(await office.get("/bags/bills?findings=true").text.contains("LKO 1"))
        let early = await gate.submit(
            "/bags/bills/1/gate/dispatch", ["vehicle_number": "UP32AB1234", "driver_name": "Ram Kumar"])
        #expect(early.status == 409 && early.text.contains("value=\"UP32AB1234\""))
        let unloaded = try await send("bills/1/gate/findings/1", [:], gate)
        #expect(unloaded.text.contains("Unloaded") && !unloaded.text.contains("/gate/findings/1"))
    }

    @Test("R27 a new check at the gate shows nothing of the check before", arguments: TestEngine.available)
    func newCheck(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            await pack("SB00001", "1234561", try await app.client("dispatcher"))
            let (office, gate) = (try await app.client("biller"), try await app.client("gatekeeper"))
            let opened = try await send("bills", ["code": "LKO 1", "capacity": "1", "area_code": "lucknow"], office)
            #expect(opened.text.contains("Scan the first."))
            #expect(await gate.get("/bags/bills/1").text.contains("The office puts its sacks on it."))
            _ = try await send("bills/1/parents", ["code": "SB00001"], office)
            _ = try await send("bills/1/complete", [:], office)
            _ = try await send("bills/1/gate/start", [:], gate)
            let seen = try await send("bills/1/gate/scans", ["code": "SB00001"], gate)
            // Once more than in the words that the script of the page takes from it.
            #expect(seen.text.ranges(of: "Matched").count == 2)
            app.clock.advance(by: .minutes(1))
            _ = try await send("bills/1/gate/abandon", ["reason": "Wrong lorry"], gate)
            let anew = try await send("bills/1/gate/start", [:], gate)
            #expect(anew.text.ranges(of: "Matched").count == 1 && anew.text.contains("SB00001"))
            let again = try await send("bills/1/gate/scans", ["code": "SB00001"], gate)
            #expect(again.text.ranges(of: "Matched").count == 2)
        }
    }

    @Test("a bill that changed meanwhile is shown in both versions")
    func bothVersions() async throws {
        try await withApp { app in
            let office = try await app.client("biller")
            _ = try await send(
                "bills", ["code": "LKO 1", "capacity": "3", "area_code": "lucknow", "consignee": "Old"], office)
            let page = await office.get("/bags/bills/1")
            let version = try #require(page.hiddenField("version"))
            let first = await office.submit(
                "/bags/bills/1/edit", ["version": version, "capacity": "3", "consignee": "Theirs"], from: page)
            #expect(first.status == 303)
            let second = await office.submit(
                "/bags/bills/1/edit", ["version": version, "capacity": "3", "consignee": "Mine"], from: page)
            #expect(second.status == 412)
            #expect(second.text.contains("This bill has changed"))
            #expect(second.text.contains("Theirs") && second.text.contains("value=\"Mine\""))
            let now = try #require(second.hiddenField("version"))
            let third = await office.submit(
                "/bags/bills/1/edit", ["version": now, "capacity": "3", "consignee": "Mine"], from: second)
            #expect(third.status == 303)
        }
    }

    @Test("a refused form keeps what was typed and says why", arguments: TestEngine.available)
    func refusals(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let office = try await app.client("biller")
            let empty = await office.submit("/bags/bills", ["code": "a", "capacity": "0", "consignee": "Kept"])
            #expect(empty.status == 422 && empty.text.contains("value=\"Kept\""))
            for field in ["new-code", "new-capacity", "new-area_code"] {
                #expect(empty.text.contains("href=\"#\(field)\""))
            }
            _ = try await send("bills", ["code": "LKO 1", "capacity": "3", "area_code": "lucknow"], office)
            let taken = await office.submit(
                "/bags/bills", ["code": "lko 1", "capacity": "3", "area_code": "lucknow"])
            #expect(taken.status == 409 && taken.text.contains("already"))
            let none = await office.submit("/bags/bills/1/complete", ["short_reason": ""])
            #expect(none.status == 409 && none.text.contains("no sack yet"))
            let scan = await office.submit("/bags/bills/1/parents", ["code": "SB1"])
            #expect(scan.status == 422 && scan.text.contains("value=\"SB1\""))
            #expect(await office.submit("/bags/bills/99/parents", ["code": "SB1"]).status == 404)
            #expect(await office.get("/bags/bills?from=2026-02-30").status == 422)
            #expect(await office.get("/bags/bills?q=zzz").text.contains("Clear filters"))
            let sheet = await office.get("/bags/bills/1/sheet")
            #expect(sheet.status == 200 && sheet.text.contains("QR code of bill LKO 1"))
        }
    }

    @Test("gatekeepers have the gate in the bar of a phone, others have bills")
    func navigation() async throws {
        try await withApp { app in
            for (role, first) in [("gatekeeper", "/bags/gate"), ("dispatcher", "/bags/scan"), ("biller", "/bags/scan")]
            {
                let page = await (try app.client(role)).get("/bags/")
                let bar = page.text.split(separator: "phone-bar").last.map(String.init) ?? ""
                #expect(bar.contains("href=\"\(first)\"") && bar.contains("href=\"/bags/bills\""), "\(role)")
            }
        }
    }

    @Test(
        "a bill of fifty sacks, its sheet and its gate take at most five statements, a scan at most twelve",
        arguments: TestEngine.available)
    func statements(engine: TestEngine) async throws {
        let queries = QueryLog.silent
        try await withHall(on: engine, queries: queries) { hall in
            let bill = try await hall.completedBill(sacks: 50)
            _ = try await hall.services.gate.start(bill, by: hall.caller(.gatekeeper))
            try await hall.packed("SB00001", bags: 1)
            for code in ["SB20001", "SB00001"] {
                let taken = try await count(queries) { _ = try await hall.scanAtGate(code, bill) }
                #expect(taken <= 12, "a scan at the gate took \(taken)")
            }
            let other = try await hall.openBill("LKO 2")
            let added = try await count(queries) { _ = try await hall.addToBill("SB00001", other) }
            #expect(added <= 12, "a scan onto a bill took \(added)")
            let desk = BillDesk(services: hall.services, context: context(hall))
            #expect(try await count(queries) { _ = try await desk.page(bill, scan: "1") } <= 5)
            #expect(try await count(queries) { _ = try await desk.sheet(bill) } <= 5)
            #expect(try await count(queries) { _ = try await desk.gate(bill, scan: "1") } <= 5)
            let list = try await count(queries) {
                _ = try await hall.database.read {
                    try BillReader($0).page(BillFilter(), for: hall.caller(.biller), before: nil, limit: 50)
                }
            }
            #expect(list <= 3)
        }
    }

    /// How many statements something takes.
    private func count(_ queries: QueryLog, _ body: () async throws -> Void) async throws -> Int {
        queries.statistics.reset()
        try await body()
        return queries.statistics.snapshot().reduce(0) { $0 + $1.count }
    }

    private func context(_ hall: PackingHall) -> RequestContext {
        let admin = PackingHall.Person.admin
        let principal = Principal(
            accountID: admin.rawValue, email: "admin@bags.test", name: "Admin", roles: ["admin"],
            permissions: admin.role.permissions)
        let head = RequestHead(method: .get, target: "/bags/bills/1", headers: [:], peer: "192.0.2.1")
        return RequestContext(
            request: Request(head: head), requestID: "r", now: hall.clock.now(), clientAddress: "192.0.2.1",
            principal: principal, mount: "/bags", assets: AssetLinks { $0 })
    }
}
