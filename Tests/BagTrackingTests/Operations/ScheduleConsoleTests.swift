import Logging
import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What operators see of when schedules fire, and how they change it.
@Suite(.timeLimit(.minutes(5))) struct ScheduleConsoleTests {
    private struct Errand: Job {
        static let name = "test.errand"
        init() {}
        init(payload: JSONValue) {}
        var payload: JSONValue { [:] }
    }

    private static let name = "errands.nightly"
    private static let api = "/bags/api/v1/operations/schedules/errands.nightly"
    private static let page = "/bags/ops/schedules/errands.nightly"

    /// Has a node see the schedule as the program of now declares it.
    private func deploy(_ cron: String = "30 2 * * *", on app: AppHarness) async throws {
        let nightly = try Schedule(ScheduleConsoleTests.name, cron) { _ in Errand() }
        var book = JobBook()
        book.handle(Errand.self) { _, _ in }
        try await JobWorker(
            database: app.database, queue: app.environment.jobs, book: book, schedules: [nightly],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
            configuration: JobWorker.Configuration(application: "bags")
        ).runUntilIdle()
    }

    private func audited(_ action: String, _ app: AppHarness) async throws -> Int {
        try await app.database.read {
            try $0.all("test.audit", "SELECT action FROM audit_rows WHERE action = \(action)") { _ in () }.count
        }
    }

    /// Sends the form as somebody filled it in.
    private func send(
        _ admin: TestClient, _ cron: String, zone: String = "UTC", missed: String = "once", most: String = ""
    ) async -> TestAnswer {
        await admin.submit(
            "\(Self.page)/change", ["cron": cron, "zone": zone, "missed": missed, "missed_most": most],
            from: await admin.get(Self.page))
    }

    @Test("a form shows the coming times, changes the schedule and goes back", arguments: TestEngine.available)
    func form(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            try await deploy(on: app)
            let admin = try await app.client("admin")
            #expect(await admin.get("/bags/ops/schedules").text.contains(Self.page))
            #expect(await admin.get(Self.page).text.contains("30 2 * * *"))
            let look = await admin.submit(
                "\(Self.page)/change", ["cron": "15 4 * * *", "zone": "UTC", "missed": "once", "look": "times"],
                from: await admin.get(Self.page))
            #expect(look.status == 200 && look.text.contains("As typed below, not saved"))
            #expect(try await audited("schedule.changed", app) == 0, "a look changes nothing")
            let changed = await send(admin, "15 4 * * *", zone: "+05:30", missed: "all", most: "4")
            #expect(changed.status == 303)
            let after = await admin.get(Self.page).text
            #expect(after.contains("15 4 * * *") && after.contains("each of the last 4"))
            #expect(after.contains("which a deployment does not undo"))
            #expect(try await audited("schedule.changed", app) == 1)
            let reset = await admin.submit("\(Self.page)/reset", [:], from: await admin.get(Self.page))
            #expect(reset.status == 303)
            #expect(await !admin.get(Self.page).text.contains("15 4 * * *"))
            #expect(try await audited("schedule.restored", app) == 1)
        }
    }

    @Test("what can't be is said at its field, and what was typed stays", arguments: TestEngine.available)
    func refuses(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            try await deploy(on: app)
            let admin = try await app.client("admin")
            let wrong: [(cron: String, zone: String, missed: String, reason: String)] = [
                ("61 4 * * *", "UTC", "once", "minute"), ("0 0 31 2 *", "UTC", "once", "it never comes true"),
                ("0 4 * * *", "Mars/Olympus", "once", "no zone of this name"),
                ("0 4 * * *", "UTC", "all", "whole number from 1 to 1,000"),
                ("0 4 * * *", "UTC", "never", "Choose what is done about missed times"),
            ]
            for (cron, zone, missed, reason) in wrong {
                let answer = await send(admin, cron, zone: zone, missed: missed)
                #expect(answer.status == 422 && answer.text.contains(reason), "\(cron) \(zone)")
                #expect(answer.text.contains("aria-invalid") && answer.text.contains("value=\"\(cron)\""))
            }
            let cron = await admin.put(Self.api, ["cron": "61 4 * * *", "zone": "UTC"])
            #expect(cron.status == 422 && cron.json["errors"]?.elements?.first?["field"] == .string("cron"))
            let both = await admin.put(Self.api, ["cron": "61 4 * * *", "zone": "Mars/Olympus"])
            #expect(both.json["errors"]?.elements?.compactMap { $0["field"]?.string } == ["cron", "zone"])
            let few = await admin.put(Self.api, ["cron": "0 4 * * *", "missed": "all"])
            #expect(few.status == 422)
            #expect(few.json["errors"]?.elements?.compactMap { $0["field"]?.string } == ["zone", "missed_most"])
            let all = await admin.put(Self.api, ["cron": "61 4 * * *", "zone": "Mars/Olympus", "missed": "all"])
            let named = all.json["errors"]?.elements?.compactMap { $0["field"]?.string }
            #expect(named == ["cron", "zone", "missed_most"])
            #expect(try await audited("schedule.changed", app) == 0)
            #expect(await admin.get(Self.api).json["changed_at"] == .null)
        }
    }

    @Test("programs change it too, and hear what a deployment says instead", arguments: TestEngine.available)
    func programs(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            try await deploy(on: app)
            let admin = try await app.client("admin")
            let times = await admin.get("\(Self.api)/times?cron=@daily")
            #expect(times.json["times"]?.elements?.count == 3 && times.json["zone"] == .string("UTC"))
            #expect(await admin.get("\(Self.api)/times?cron=never").status == 422)
            let all: JSONValue = ["cron": "15 4 * * *", "zone": "UTC", "missed": "all", "missed_most": 9]
            #expect(await admin.put(Self.api, all).json["missed_most"] == .integer(9))
            let fewer = await admin.put(Self.api, ["cron": "15 4 * * *", "zone": "UTC", "missed_most": 3]).json
            #expect(fewer["missed"] == .string("all") && fewer["missed_most"] == .integer(3))
            let set = await admin.put(Self.api, ["cron": "15 4 * * *", "zone": "UTC", "missed": "skip"])
            #expect(set.json["cron"] == .string("15 4 * * *") && set.json["declared_cron"] == .string("30 2 * * *"))
            #expect(set.json["missed"] == .string("skip") && set.json["overrides_news"] == .bool(false))
            try await deploy("45 3 * * *", on: app)
            let after = await admin.get(Self.api).json
            #expect(after["cron"] == .string("15 4 * * *") && after["overrides_news"] == .bool(true))
            let page = await admin.get(Self.page).text
            #expect(page.contains("The program says something else since") && page.contains("45 3 * * *"))
            #expect(await admin.delete(Self.api).json["cron"] == .string("45 3 * * *"))
            #expect(await admin.put("\(Self.api)x", ["cron": "0 4 * * *", "zone": "UTC"]).status == 404)
            #expect(await admin.delete("\(Self.api)x").status == 404)
        }
    }

    @Test("a program changes only what it has seen", arguments: TestEngine.available)
    func preconditions(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            try await deploy(on: app)
            let admin = try await app.client("admin")
            let seen = try #require(await admin.get(Self.api)[header: "etag"])
            let terms: JSONValue = ["cron": "15 4 * * *", "zone": "UTC"]
            #expect(await admin.put(Self.api, terms, ["if-match": seen]).status == 200)
            let stale = await admin.put(Self.api, ["cron": "0 5 * * *", "zone": "UTC"], ["if-match": seen])
            #expect(stale.status == 412 && stale.problemCode == "stale")
            #expect(await admin.delete(Self.api, ["if-match": seen]).status == 412)
            #expect(await admin.get(Self.api).json["cron"] == .string("15 4 * * *"))
            #expect(try await audited("schedule.changed", app) == 1)
            let now = try #require(await admin.get(Self.api)[header: "etag"])
            #expect(await admin.delete(Self.api, ["if-match": now]).status == 200)
            #expect(await admin.put(Self.api, terms).status == 200, "who demands nothing is not asked")
        }
    }

    @Test("a form made from what is not in force any more changes nothing, and keeps what was typed")
    func staleForm() async throws {
        try await withApp(on: .sqlite) { app async throws in
            try await deploy(on: app)
            let admin = try await app.client("admin")
            let page = await admin.get(Self.page)
            let seen = try #require(page.hiddenField("seen"))
            #expect(await send(admin, "15 4 * * *").status == 303)
            let late = await admin.submit(
                "\(Self.page)/change", ["cron": "45 5 * * *", "zone": "UTC", "missed": "once", "seen": seen],
                from: page)
            #expect(late.status == 412 && late.text.contains("Somebody has changed it meanwhile"))
            #expect(late.text.contains("value=\"45 5 * * *\"") && late.text.contains("15 4 * * *"))
            #expect(await admin.get(Self.api).json["cron"] == .string("15 4 * * *"))
            let present = try #require(late.hiddenField("seen"))
            let again = await admin.submit(
                "\(Self.page)/change", ["cron": "45 5 * * *", "zone": "UTC", "missed": "once", "seen": present],
                from: late)
            #expect(again.status == 303)
            #expect(await admin.get(Self.api).json["cron"] == .string("45 5 * * *"))
        }
    }

    @Test("a zone that is not known here is a refusal and no fault", arguments: TestEngine.available)
    func unknownZone(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            try await deploy(on: app)
            let admin = try await app.client("admin")
            #expect(await send(admin, "15 4 * * *").status == 303)
            try await app.database.write {
                _ = try $0.execute("test.declare", "UPDATE job_schedules SET declared = '30 2 * * * | Mars/Olympus'")
            }
            let back = await admin.delete(Self.api)
            #expect(back.status == 409 && back.problemCode == "schedule_not_understood", "\(back.text)")
            let page = await admin.get(Self.page)
            #expect(page.status == 200 && page.text.contains("not known here"))
            #expect(await admin.submit("\(Self.page)/reset", [:], from: page).status == 409)
            #expect(await admin.get(Self.api).json["cron"] == .string("15 4 * * *"))
            #expect(try await audited("schedule.restored", app) == 0)
            try await app.database.write {
                _ = try $0.execute("test.hold", "UPDATE job_schedules SET zone = 'Mars/Olympus', is_paused = 1")
            }
            let resumed = await admin.post(Self.api, ["action": "resume"])
            #expect(resumed.status == 409 && resumed.problemCode == "schedule_not_understood")
            #expect(await admin.get(Self.api).json["paused"] == .bool(true))
        }
    }

    @Test("an expression is as long for a form as for a program")
    func longest() async throws {
        try await withApp(on: .sqlite) { app async throws in
            try await deploy(on: app)
            let admin = try await app.client("admin")
            let minutes = (0...59).map(String.init).joined(separator: ",")
            let long = "\(minutes) 4 * * *"
            #expect(await admin.put(Self.api, ["cron": .string(long), "zone": "UTC"]).json["cron"] == .string(long))
            #expect(await send(admin, long).status == 303)
            let endless = "\(minutes),\(minutes) 4 * * *"
            #expect(await admin.put(Self.api, ["cron": .string(endless), "zone": "UTC"]).status == 422)
            let refused = await send(admin, endless)
            #expect(refused.status == 422 && refused.text.contains("value=\"\(endless)\""))
            #expect(refused.text.contains("more than 200 characters"))
        }
    }

    @Test("what the audit says was before a change was in force then", arguments: TestEngine.available)
    func chains(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            try await deploy(on: app)
            let admin = try await app.client("admin")
            await withTaskGroup(of: Void.self) { group in
                for minute in 1...8 {
                    group.addTask {
                        let cron = "\(minute) 4 * * *"
                        #expect(await admin.put(Self.api, ["cron": .string(cron), "zone": "UTC"]).status == 200)
                    }
                }
            }
            let told = try await app.database.read {
                try $0.all(
                    "test.changes",
                    "SELECT r.before, r.after FROM audit_rows r WHERE r.action = 'schedule.changed' ORDER BY r.seq"
                ) { (before: try $0[0] as String, after: try $0[1] as String) }
            }
            let after = try told.map { try JSONValue(parsing: Array($0.after.utf8))["cron"]?.string }
            let before = try told.map { try JSONValue(parsing: Array($0.before.utf8))["cron"]?.string }
            #expect(told.count == 8 && before == ["30 2 * * *"] + after.dropLast())
        }
    }

    @Test("who may not steer the node changes no schedule")
    func isForOperators() async throws {
        try await withApp(on: .sqlite) { app async throws in
            try await deploy(on: app)
            let dispatcher = try await app.client("dispatcher")
            #expect(await dispatcher.get(Self.page).status == 403)
            #expect(await dispatcher.put(Self.api, ["cron": "0 4 * * *", "zone": "UTC"]).status == 403)
            #expect(await dispatcher.delete(Self.api).status == 403)
        }
    }
}
