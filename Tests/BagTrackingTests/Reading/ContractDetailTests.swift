import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Details of the reading routes that clients rely on.
@Suite struct ContractDetailTests {
    @Test("R38 figures that have not changed are not sent twice", arguments: TestEngine.available)
    func stats(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            let desk = try await ReadingDesk(hall)
            let first = await desk.get("stats")
            let tag = try #require(first[header: "etag"])
            let headers: Headers = ["authorization": "Bearer asha", "if-none-match": tag]
            hall.clock.advance(by: .seconds(30))
            #expect(await desk.client.get("/bags/api/v1/stats", headers).status == 304)
            try await hall.scanParent("SB00002")
            let changed = await desk.client.get("/bags/api/v1/stats", headers)
            #expect(changed.status == 200)
            #expect(changed.json["as_of"]?.string == hall.clock.now().rfc3339)
            #expect(changed.json["bags"]?["parents"]?["empty"]?.int64 == 2)
        }
    }

    @Test("the audit takes days of the warehouse as other lists do", arguments: TestEngine.available)
    func auditDays(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let desk = try await ReadingDesk(hall)
            #expect(await desk.send(.post, "areas", ["code": "delhi", "name": "Delhi"]).status == 201)
            let day = TimeZoneOffset.india.date(of: hall.clock.now())
            for (query, count) in [
                ("from=\(day.text)&to=\(day.text)", 1), ("from=\(day.adding(days: 1).text)", 0),
                ("to=\(day.adding(days: -1).text)", 0), ("from=2025-01-01T00:00:00Z", 1),
            ] {
                let answer = await desk.get("audit?\(query)", as: .admin)
                #expect(answer.status == 200 && answer.json["items"]?.elements?.count == count, "\(query)")
            }
            for wrong in ["from=2026-02-30", "from=2026-02-02&to=2026-02-01"] {
                #expect(await desk.get("audit?\(wrong)", as: .admin).status == 422)
            }
        }
    }

    @Test("an unknown topic is told what topics there are, and a stream looks at the catalogue once")
    func topics() async throws {
        let queries = QueryLog.silent
        try await withHall(on: .sqlite, queries: queries) { hall in
            let desk = try await ReadingDesk(hall)
            let wrong = await desk.get("stream?topics=weather")
            #expect(wrong.text.contains("job:<id>") || wrong.text.contains("job:\\u003cid"))
            let areas = Area.builtIn.map { "area:\($0.code)" }.joined(separator: ",")
            queries.statistics.reset()
            #expect(await desk.get("stream?topics=stats,\(areas)", as: .biller).status == 200)
            let looks = queries.statistics.snapshot().filter { $0.name == "catalog.version" }.reduce(0) {
                $0 + $1.count
            }
            #expect(looks == 1)
        }
    }

    @Test(
        "R9 the scan of another area's SSCC keeps what was sent, and no code behind it", arguments: TestEngine.available
    )
    func foreignSSCC(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            let sscc = "389012340000000015"
            _ = try await hall.services.numbers.assign(sscc, to: "SB00001", by: hall.caller(.biller))
            for answer in [
                try await hall.scanChild("1000001", into: "00\(sscc)", by: .jaipur),
                try await hall.scanParent(sscc, by: .jaipur),
            ] {
                #expect(answer.status == 409 && answer.problemCode == "other_area")
                #expect(!String(decoding: answer.body, as: UTF8.self).contains("SB00001"))
            }
            let desk = try await ReadingDesk(hall)
            let own = await desk.get("scans?mine=true", as: .jaipur)
            #expect(own.json["items"]?.elements?.count == 2)
            #expect(!own.text.contains("SB00001") && own.text.contains(sscc))
            let bill = try await hall.openBill("JAI 1", area: "lucknow")
            let added = try await hall.addToBill(sscc, bill)
            #expect(String(decoding: added.body, as: UTF8.self).contains("SB00001"))
        }
    }

    @Test("R8 a code is a sack or a bag for ever, and is never given to another", arguments: TestEngine.available)
    func kinds(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 1)
            let office = hall.caller(.biller)
            _ = try await hall.services.corrections.unlink("1000001", reason: "torn label", by: office)
            _ = try await hall.services.retirement.retire("1000001", cascades: false, by: office)
            // A retired bag keeps its code and its kind: nothing registers it anew.
            let again = try await hall.scanChild("1000001", into: "SB00001")
            #expect(again.status == 409 && again.problemCode == "bag_retired")
            #expect(try await hall.scanParent("1000001").problemCode == "invalid_parent_code")
            #expect(try await hall.scanChild("SB00001", into: "SB00001").problemCode == "wrong_kind")
            #expect(try await hall.number("SELECT count(*) FROM bags WHERE code = '1000001'") == 1)
            await #expect(throws: SQLError.self) {
                try await hall.database.write { transaction in
                    try transaction.execute(
                        "test.twice",
                        """
                        INSERT INTO bags (code, code_reversed, kind, area_code, status, created_at, created_by,
                            updated_at)
                        VALUES ('SB00001', '10000BS', 'child', 'lucknow', 'loose', 1, 1, 1)
                        """)
                }
            }
        }
    }
}
