import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The routes and the page of a day (rules R39, R40).
@Suite struct SummaryRouteTests {
    @Test("R39: the answer names the day, its bounds and whose acts it tells", arguments: TestEngine.available)
    func answers(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            _ = await admin.post("/bags/api/v1/scans/parent", ["code": "SB00001", "area_code": "lucknow"])
            _ = await admin.post("/bags/api/v1/scans/child", ["code": "2000001", "parent": "SB00001"])
            let answer = await admin.get("/bags/api/v1/summaries/daily?date=2026-11-21&area_code=lucknow")
            #expect(answer.status == 200)
            #expect(answer.json["timezone"] == "Asia/Kolkata" && answer.json["scope"] == "all")
            #expect(answer.json["final"] == false && answer.json["totals"]?["children_linked"] == 1)
            #expect(answer.json["totals"]?["scans"]?["created"] == 1)
            #expect(answer.json["by_user"]?.elements?.first?["user"]?["name"]?.string == "Test Administrator")
            let own = await (try app.client("biller")).get("/bags/api/v1/summaries/daily?date=2026-11-21")
            #expect(own.json["scope"] == "own" && own.json["totals"]?["children_linked"] == 0)
            #expect(
                try await app.client("dispatcher").get("/bags/api/v1/summaries/daily?date=2026-11-21").status == 403)
        }
    }

    @Test(
        "R39: a date that does not exist is refused, an area nobody knows is not found",
        arguments: [
            ("date=2026-02-30", 422), ("date=", 422), ("", 422), ("date=yesterday", 422),
            ("date=2026-11-21&area_code=nowhere", 404),
        ])
    func badInput(query: String, status: Int) async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            #expect(await admin.get("/bags/api/v1/summaries/daily?\(query)").status == status)
        }
    }

    @Test(
        "R40: sending is a job that can be followed; a day that is not over is refused", arguments: TestEngine.available
    )
    func sending(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            let early = await admin.post("/bags/api/v1/summaries/daily/send", ["date": "2026-11-21"])
            #expect(early.status == 409 && early.problemCode == "day_not_over")
            let sent = await admin.post("/bags/api/v1/summaries/daily/send", ["date": "2026-11-20"])
            #expect(sent.status == 202 && sent.json["state"] == "queued")
            let job = try #require(sent[header: "location"])
            #expect(await admin.get(job).json["state"] == "queued")
            let stranger = await (try app.client("biller")).get(job)
            #expect(stranger.status == 404 && stranger.problemCode == "job_not_found")
            let biller = try await app.client("biller")
            #expect(await biller.post("/bags/api/v1/summaries/daily/send", ["date": "2026-11-20"]).status == 403)
            #expect(await admin.delete(job).json["state"] == "cancelled")
        }
    }

    @Test("R39: the page compares with the day before, and a day without acts says so", arguments: TestEngine.available)
    func page(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            let quiet = await admin.get("/bags/summary")
            #expect(quiet.status == 200 && quiet.text.contains("Nothing has been recorded on this day yet"))
            _ = await admin.post("/bags/api/v1/scans/parent", ["code": "SB00001", "area_code": "lucknow"])
            _ = await admin.post("/bags/api/v1/scans/child", ["code": "2000001", "parent": "SB00001"])
            let busy = await admin.get("/bags/summary?date=2026-11-21")
            #expect(busy.text.contains("Bags linked") && busy.text.contains("By person") && busy.text.contains("+1 kg"))
            let wrong = await admin.get("/bags/summary?date=2026-02-30")
            #expect(wrong.status == 422 && wrong.text.contains("Enter a day that exists"))
            let past = await admin.get("/bags/summary?date=2026-11-20")
            #expect(past.text.contains("Nothing was recorded on this day"))
            let sent = await admin.submit("/bags/summary/send", ["date": "2026-11-20"], from: past)
            #expect(sent.status == 303)
            #expect(sent[header: "location"] == "/bags/summary?date=2026-11-20&done=summary")
            #expect(try await app.client("gatekeeper").get("/bags/summary").status == 403)
        }
    }

    @Test("a time of day that is none stops the start with one line", arguments: ["24:00", "0:10a", "00.10"])
    func wrongTime(time: String) async throws {
        try await withDatabase(on: .sqlite, components: Node.schema(of: BagTrackingApplication())) { database in
            let environment = try AppHarness.environment(
                database, settings: [(key: "bags.summary_time", value: time)])
            await #expect(throws: BagSettingMistake.self) {
                _ = try await BagTrackingApplication().start(environment)
            }
        }
    }
}
