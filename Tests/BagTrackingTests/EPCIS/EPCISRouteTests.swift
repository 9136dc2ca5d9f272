import Portico
import PorticoTesting
import Synchronization
import Testing

@testable import BagTracking

/// Custody events as others read them (rule R41).
@Suite struct EPCISRouteTests {
    private static let api = "/bags/api/v1"
    private static let site = "https://warehouse.example/bags/id"

    /// Somebody who may do everything, and the time of the warehouse.
    private struct Desk {
        let app: AppHarness
        let client: TestClient

        @discardableResult
        func post(_ path: String, _ body: JSONValue = .object([])) async -> TestAnswer {
            // Every act has a time of its own, so that the order of recording is that of acting.
            app.clock.advance(by: .seconds(1))
            let answer = await client.post("\(EPCISRouteTests.api)/\(path)", body)
            #expect((200...299).contains(answer.status), "\(path): \(answer.text)")
            return answer
        }

        func sack(_ code: String, _ bags: [String]) async {
            await post("scans/parent", ["code": .string(code), "area_code": "lucknow"])
            for bag in bags { await post("scans/child", ["parent": .string(code), "code": .string(bag)]) }
        }

        func events(_ query: String = "") async -> [JSONValue] {
            let answer = await client.get("\(EPCISRouteTests.api)/epcis/events?\(query)")
            #expect(answer.status == 200, "\(query): \(answer.text)")
            return answer.json["epcisBody"]?["queryResults"]?["resultsBody"]?["eventList"]?.elements ?? []
        }
    }

    private func withDesk(on engine: TestEngine = .sqlite, _ body: (Desk) async throws -> Void) async throws {
        try await withApp(on: engine) { app in
            try await body(Desk(app: app, client: try await app.client("admin")))
        }
    }

    private func object(_ code: String) -> JSONValue { .string("\(EPCISRouteTests.site)/obj/\(code)") }

    @Test("R41: a linked bag is an aggregation with the sack as parent", arguments: TestEngine.available)
    func linked(engine: TestEngine) async throws {
        try await withDesk(on: engine) { desk in
            await desk.sack("SB00001", ["1000001"])
            let answer = await desk.client.get("\(EPCISRouteTests.api)/epcis/events")
            #expect(answer[header: "GS1-EPCIS-Version"] == "2.0.0" && answer[header: "GS1-CBV-Version"] == "2.0.0")
            #expect(answer[header: "cache-control"] == "no-store" && answer[header: "link"] == nil)
            #expect(answer.json["type"] == "EPCISQueryDocument" && answer.json["schemaVersion"] == "2.0")
            let events = await desk.events()
            let event = try #require(events.first)
            #expect(events.count == 1 && event["type"] == "AggregationEvent")
            #expect(event["action"] == "ADD" && event["bizStep"] == "packing" && event["disposition"] == "in_progress")
            #expect(event["parentID"] == object("SB00001") && event["childEPCs"] == [object("1000001")])
            #expect(event["readPoint"] == ["id": "https://warehouse.example/bags/id/loc/lucknow"])
            #expect(event["bizLocation"] == event["readPoint"] && event["eventTimeZoneOffset"] == "+05:30")
            #expect(event["eventID"]?.string?.wholeMatch(of: /urn:uuid:[0-9a-f-]{36}/) != nil)
            for absent in ["epcList", "errorDeclaration", "bizTransactionList"] { #expect(event[absent] == nil) }
        }
    }

    @Test("R41: an undone scan is the same event again, declared an error", arguments: TestEngine.available)
    func undone(engine: TestEngine) async throws {
        try await withDesk(on: engine) { desk in
            await desk.sack("SB00001", [])
            let scan = await desk.post("scans/child", ["parent": "SB00001", "code": "1000001"])
            let id = try #require(scan.json["scan"]?["id"]?.string)
            await desk.post("scans/\(id)/undo", ["reason": "torn"])
            let events = await desk.events()
            try #require(events.count == 2)
            #expect(events[0]["errorDeclaration"] == nil)
            #expect(events[1]["errorDeclaration"]?["reason"] == "did_not_occur")
            #expect(events[1]["errorDeclaration"]?["declarationTime"] == events[1]["recordTime"])
            for same in ["eventID", "eventTime", "type", "action", "bizStep", "disposition", "parentID", "childEPCs"] {
                #expect(events[0][same] == events[1][same], "\(same)")
            }
        }
    }

    @Test("R41: leaving a sack is a deletion that names every bag", arguments: TestEngine.available)
    func deleted(engine: TestEngine) async throws {
        try await withDesk(on: engine) { desk in
            await desk.sack("SB00001", ["1000001", "1000002", "1000003", "1000004"])
            await desk.sack("SB00002", [])
            await desk.post("bags/1000001/unlink", ["reason": "torn"])
            await desk.post("bags/1000002/move", ["to_parent": "SB00002", "reason": "wrong sack"])
            await desk.post("bags/SB00001/empty", ["reason": "wrong product"])
            let out = await desk.events("EQ_action=DELETE")
            #expect(
                out.map { $0["childEPCs"] } == [
                    [object("1000001")], [object("1000002")], [object("1000003"), object("1000004")],
                ])
            #expect(out.allSatisfy { $0["bizStep"] == "unpacking" && $0["parentID"] == object("SB00001") })
            let into = await desk.events("MATCH_anyEPC=\(EPCISRouteTests.site)/obj/SB00002")
            try #require(into.count == 1)
            #expect(into[0]["action"] == "ADD" && into[0]["childEPCs"] == [object("1000002")])
        }
    }

    @Test("R41: a dispatched and a delivered bill are observations of its sacks", arguments: TestEngine.available)
    func lorry(engine: TestEngine) async throws {
        try await withDesk(on: engine) { desk in
            await desk.sack("SB00001", ["1000001"])
            await desk.sack("SB00002", ["1000002"])
            await desk.post("bags/SB00002/sscc", ["sscc": "389012340000000015"])
            let bill = try await dispatch(["SB00001", "SB00002"], desk)
            await desk.post("bills/\(bill)/deliver", ["received_by": "Mohan"])
            let events = await desk.events("EQ_bizStep=shipping|https://ref.gs1.org/cbv/BizStep-receiving")
            try #require(events.count == 2)
            #expect(events.map { $0["bizStep"] } == ["shipping", "receiving"])
            #expect(events.map { $0["disposition"] } == ["in_transit", "in_progress"])
            for event in events {
                #expect(event["type"] == "ObjectEvent" && event["action"] == "OBSERVE" && event["parentID"] == nil)
                #expect(event["epcList"] == [object("SB00001"), "https://id.gs1.org/00/389012340000000015"])
                #expect(
                    event["bizTransactionList"]
                        == [["type": "desadv", "bizTransaction": .string("\(EPCISRouteTests.site)/bt/\(bill)")]])
            }
            #expect(await desk.events("EQ_action=OBSERVE") == events)
        }
    }

    @Test(
        "R41: a returned sack is an observation under its ticket; a cancelled ticket declares it an error",
        arguments: TestEngine.available)
    func returned(engine: TestEngine) async throws {
        try await withDesk(on: engine) { desk in
            await desk.sack("SB00001", ["1000001"])
            _ = try await dispatch(["SB00001"], desk)
            let ticket = await desk.post("returns", ["area_code": "lucknow", "location": "Unnao"]).json
            let (id, code) = (ticket["id"]?.string ?? "", ticket["code"]?.string ?? "")
            await desk.post("returns/\(id)/scans", ["code": "SB00001"])
            await desk.post("returns/\(id)/cancel")
            let events = await desk.events("EQ_bizStep=receiving")
            try #require(events.count == 2)
            for event in events {
                #expect(event["type"] == "ObjectEvent" && event["disposition"] == "returned")
                #expect(event["epcList"] == [object("SB00001")] && event["eventID"] == events[0]["eventID"])
                #expect(
                    event["bizTransactionList"]
                        == [["type": "rma", "bizTransaction": .string("\(EPCISRouteTests.site)/bt/\(code)")]])
            }
            #expect(events[0]["errorDeclaration"] == nil && events[1]["errorDeclaration"]?["reason"] == "did_not_occur")
            #expect(await desk.client.get("/bags/id/bt/\(code)")[header: "location"] == "/bags/returns/\(id)")
            #expect(await desk.client.get("/bags/id/bt/RTN-20200101-0000").status == 404)
        }
    }

    @Test("R41: a sack is called by the SSCC it had at the time, and found by it", arguments: TestEngine.available)
    func serials(engine: TestEngine) async throws {
        try await withDesk(on: engine) { desk in
            let serial = "389012340000000015"
            await desk.sack("SB00001", ["1000001"])
            await desk.post("bags/SB00001/sscc", ["sscc": .string(serial)])
            await desk.post("scans/child", ["parent": "SB00001", "code": "1000002"])
            let bill = try await dispatch(["SB00001"], desk)
            let byCode = await desk.events("MATCH_anyEPC=\(EPCISRouteTests.site)/obj/SB00001")
            let bySerial = await desk.events("MATCH_anyEPC=https://id.gs1.org/00/\(serial)")
            #expect(byCode.map { $0["childEPCs"] } == [[object("1000001")]])
            #expect(bySerial.map { $0["bizStep"] } == ["packing", "shipping"])
            try #require(!bySerial.isEmpty)
            #expect(bySerial[0]["parentID"]?.string == "https://id.gs1.org/00/\(serial)")
            let both = await desk.events(
                "MATCH_anyEPC=\(EPCISRouteTests.site)/obj/SB00001|https://id.gs1.org/00/\(serial)&EQ_action=ADD")
            #expect(both.count == 2)
            #expect(await desk.events("MATCH_anyEPC=\(EPCISRouteTests.site)/obj/1000002").count == 1)
            for nothing in [
                "https://elsewhere.example/bags/id/obj/SB00001", "urn:x", "\(EPCISRouteTests.site)/obj/SB99999",
            ] {
                #expect(await desk.events("MATCH_anyEPC=\(nothing)").isEmpty)
            }
            #expect(!bill.isEmpty)
        }
    }

    @Test(
        "R41: pages follow each other without a gap or a double, whatever is recorded meanwhile",
        arguments: TestEngine.available)
    func paging(engine: TestEngine) async throws {
        try await withDesk(on: engine) { desk in
            await desk.sack("SB00001", (1...7).map { "100000\($0)" })
            await desk.post("bags/1000003/unlink", ["reason": "torn"])
            for query in ["perPage=3", "perPage=3&LT_eventTime=2030-01-01T00:00:00Z"] {
                var next: String? = "\(EPCISRouteTests.api)/epcis/events?\(query)"
                var seen: [JSONValue] = []
                var pages = 0
                while let target = next {
                    let answer = await desk.client.get(target)
                    let list = answer.json["epcisBody"]?["queryResults"]?["resultsBody"]?["eventList"]?.elements ?? []
                    seen += list.compactMap { $0["eventID"] }
                    pages += 1
                    next = answer[header: "link"].flatMap { $0.firstMatch(of: /^<([^>]+)>; rel="next"$/) }.map {
                        String($0.1)
                    }
                    if let next { #expect(next.contains("perPage=3") && next.contains("nextPageToken=")) }
                }
                #expect(seen.count == 8 && Set(seen.compactMap(\.string)).count == 8 && pages == 3, "\(query)")
            }
        }
    }

    @Test(
        "R41: times of happening and recording, actions and steps narrow what is told", arguments: TestEngine.available)
    func filters(engine: TestEngine) async throws {
        try await withDesk(on: engine) { desk in
            await desk.sack("SB00001", [])
            let early = desk.app.clock.now() - .days(3)
            await desk.post(
                "scans/child",
                ["parent": "SB00001", "code": "1000001", "scanned_at": .string(early.rfc3339)])
            await desk.post("scans/child", ["parent": "SB00001", "code": "1000002"])
            let middle = (desk.app.clock.now() - .hours(1)).rfc3339
            #expect(await desk.events("GE_eventTime=\(middle)").map { $0["childEPCs"] } == [[object("1000002")]])
            #expect(await desk.events("LT_eventTime=\(middle)").map { $0["childEPCs"] } == [[object("1000001")]])
            #expect(await desk.events("GE_recordTime=\(middle)").count == 2)
            #expect(await desk.events("LT_recordTime=\(middle)").isEmpty)
            #expect(await desk.events("EQ_action=ADD|DELETE&EQ_bizStep=packing").count == 2)
            #expect(await desk.events("EQ_action=DELETE&EQ_bizStep=packing").isEmpty)
            #expect(await desk.events("EQ_bizStep=decommissioning").isEmpty)
            for wrong in ["EQ_action=X", "perPage=0", "perPage=201", "GE_eventTime=yesterday", "nextPageToken=abc"] {
                #expect(await desk.client.get("\(EPCISRouteTests.api)/epcis/events?\(wrong)").status == 422, "\(wrong)")
            }
            let table = try await desk.app.client("dispatcher")
            #expect(await table.get("\(EPCISRouteTests.api)/epcis/events").status == 403)
        }
    }

    @Test("R41: an export is one document of all events of its days", arguments: TestEngine.available)
    func export(engine: TestEngine) async throws {
        try await withDesk(on: engine) { desk in
            await desk.sack("SB00001", ["1000001", "1000002"])
            let path = "\(EPCISRouteTests.api)/exports/epcis.json"
            for wrong in ["", "from=2026-11-01", "from=2026-11-01&to=2026-12-02", "from=2026-11-02&to=2026-11-01"] {
                let answer = await desk.client.get("\(path)?\(wrong)")
                #expect(answer.status == 422 && answer.problemCode == "validation_failed", "\(wrong)")
            }
            let answer = await desk.client.get("\(path)?from=2026-11-01&to=2026-11-30")
            #expect(answer.status == 200 && answer[header: "GS1-EPCIS-Version"] == "2.0.0")
            #expect(answer[header: "content-disposition"]?.hasPrefix("attachment; filename=\"epcis-20261121-1") == true)
            guard case .stream(let stream) = answer.response.body else {
                Issue.record("not streamed")
                return
            }
            let writer = Collector()
            try await stream(writer)
            let document = try JSONValue(parsing: writer.bytes)
            #expect(document["type"] == "EPCISDocument" && document["schemaVersion"] == "2.0")
            #expect(document["epcisBody"]?["eventList"]?.elements == (await desk.events()))
            let audited = await desk.client.get("\(EPCISRouteTests.api)/audit?action=export.started").json
            #expect(audited["items"]?[0]?["entity_id"] == "epcis.json")
        }
    }

    @Test("R41: a page of any length takes at most five statements", arguments: TestEngine.available)
    func statements(engine: TestEngine) async throws {
        try await withDesk(on: engine) { desk in
            await desk.sack("SB00001", (1...9).map { "100000\($0)" })
            let later = Instant(rfc3339: "2030-01-01T00:00:00Z")
            let queries = [
                EPCISQuery(), EPCISQuery(happenedBefore: later), EPCISQuery(steps: ["shipping", "receiving"]),
                EPCISQuery(names: [.object("SB00001"), .serial("389012340000000015")]),
            ]
            for query in queries {
                let measure = RequestMeasure()
                let records = try await RequestMeasure.$current.withValue(measure) {
                    try await desk.app.database.read {
                        try CustodyArchive($0).records(query, after: nil, limit: 201)
                    }
                }
                #expect(measure.summary.statements <= 3, "\(query)")
                #expect(records.count == (query.steps == nil ? 9 : 0), "\(query)")
            }
        }
    }

    /// Puts sacks on a bill and sends it off.
    private func dispatch(_ sacks: [String], _ desk: Desk) async throws -> String {
        let bill = await desk.post(
            "bills", ["code": "LKO 1", "capacity": .integer(Int64(sacks.count)), "area_code": "lucknow"])
        let id = try #require(bill.json["id"]?.string)
        for sack in sacks { await desk.post("bills/\(id)/parents", ["code": .string(sack)]) }
        await desk.post("bills/\(id)/complete")
        await desk.post("bills/\(id)/gate-check")
        for sack in sacks { await desk.post("bills/\(id)/gate-check/scans", ["code": .string(sack)]) }
        await desk.post("bills/\(id)/dispatch", ["vehicle_number": "UP32AB1234", "driver_name": "Ram Lal"])
        return id
    }
}

/// Keeps what a stream writes.
private final class Collector: BodyWriter {
    private let collected = Mutex<[UInt8]>([])

    var bytes: [UInt8] { collected.withLock { $0 } }

    func write(_ bytes: [UInt8]) async throws {
        collected.withLock { $0 += bytes }
    }
}
