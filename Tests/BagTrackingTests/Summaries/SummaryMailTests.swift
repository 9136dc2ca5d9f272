import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Mailing the summary of a day (rule R40), and the check of the counters at night.
@Suite struct SummaryMailTests {
    @Test(
        "R40: administrators get the whole day, billers with an act the own part, each once",
        arguments: TestEngine.available)
    func recipients(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001", area: "lucknow", by: .biller)
            let day = hall.today
            hall.wait(until: day.to)
            let work = hall.work()
            for expected in [(2, 0), (0, 2)] {
                let record = try await hall.services.send(day, by: hall.caller(.admin))
                try await hall.runJobs(work)
                let done = try await hall.database.read { try hall.services.jobs.record(record.id, in: $0) }
                #expect(done?.state == .succeeded)
                #expect(done?.result?["queued"]?.int64 == Int64(expected.0))
                #expect(done?.result?["already_sent"]?.int64 == Int64(expected.1))
            }
            #expect(try await hall.mailed() == ["biller@bags.test", "admin@bags.test"])
            let mails = try await hall.database.read { try hall.services.mails.outbox(to: "admin@bags.test", in: $0) }
            let mail = try #require(mails.first)
            #expect(mail.subject == "Bag tracking: 2025-11-21")
            #expect(mail.text.contains("Bags linked: 0") && mail.text.contains("/bags/summary?date=2025-11-21"))
            #expect(mail.html?.contains("<h2>Totals</h2>") == true)
            #expect(LetterWords.plain(mail.text).subtracting(LetterWords.seen(mail.html ?? "")) == [])
            #expect(try await hall.auditActions().filter { $0 == "summary.sent" }.count == 2)
        }
    }

    @Test(
        "R40: a biller without an act gets none, nor does anybody who was deactivated", arguments: TestEngine.available)
    func idle(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let day = hall.today
            hall.wait(until: day.to)
            try await hall.database.write { transaction in
                try transaction.execute("test.deactivate", "UPDATE accounts SET is_active = 0 WHERE role = 'admin'")
            }
            _ = try await hall.services.send(day, by: hall.caller(.admin))
            try await hall.runJobs(hall.work())
            #expect(try await hall.mailed().isEmpty)
        }
    }

    @Test("R40: many senders at once write every mail once", arguments: TestEngine.available)
    func atOnce(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001", area: "lucknow", by: .biller)
            let day = hall.today
            hall.wait(until: day.to)
            let recipients = try await hall.database.read {
                try SummaryMails.recipients(involved: [PackingHall.Person.biller.rawValue], in: $0)
            }
            let written = try await withThrowingTaskGroup(of: Bool.self) { group in
                for recipient in recipients {
                    for _ in 0..<10 {
                        group.addTask {
                            let mail = Mail(to: recipient.address, subject: "once", text: "once")
                            return try await hall.database.write { transaction in
                                try SummaryMails.enqueue(
                                    mail, to: recipient, of: day, through: hall.services.mails, by: 1, at: day.to,
                                    in: transaction)
                            }
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(written.filter(\.self).count == 2)
            #expect(try await Set(hall.mailed()) == ["biller@bags.test", "admin@bags.test"])
            #expect(try await hall.mailed().count == 2)
        }
    }

    @Test(
        "R40: ten minutes past midnight the day just ended is sent; days that were missed follow",
        arguments: TestEngine.available)
    func schedule(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let work = hall.work()
            let schedules = try work.schedules()
            #expect(
                schedules.map(\.name) == [
                    "bags.counter_check", "bags.personal_data", "bags.stale_gate_checks", "bags.daily_summary",
                ])
            try await hall.runJobs(work, schedules: schedules)
            try await hall.scanParent("SB00001")
            let day = hall.today
            hall.wait(until: day.to + .minutes(9))
            try await hall.runJobs(work, schedules: schedules)
            #expect(try await hall.mailed().isEmpty)
            hall.wait(until: day.to + .minutes(10))
            try await hall.runJobs(work, schedules: schedules)
            try await hall.runJobs(work, schedules: try hall.work().schedules())
            #expect(try await hall.mailed() == ["admin@bags.test"])
            hall.wait(until: day.to + .minutes(10) + .days(2))
            try await hall.runJobs(hall.work(), schedules: schedules)
            #expect(try await hall.mailed().count == 3)
            #expect(try await hall.number("SELECT count(DISTINCT date) FROM summary_sends") == 3)
        }
    }

    @Test(
        "R40: a run that follows one that was killed tells of the mails of both, once", arguments: TestEngine.available)
    func killed(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let day = hall.today
            hall.wait(until: day.to)
            // The first run wrote all mails and was killed before it noted its end.
            try await hall.database.write { transaction in
                let job = try hall.services.jobs.enqueue(SendSummaries(day: day), in: transaction)
                for recipient in try SummaryMails.recipients(involved: [], in: transaction) {
                    try SummaryMails.enqueue(
                        Mail(to: recipient.address, subject: "first", text: "first"), to: recipient, of: day,
                        through: hall.services.mails, by: job.id, at: day.to, in: transaction)
                }
            }
            try await hall.runJobs(hall.work())
            #expect(try await hall.mailed() == ["admin@bags.test"])
            #expect(try await hall.auditActions() == ["summary.sent"])
            #expect(try await hall.audited("summary.sent")?.after == ["queued": 1, "already_sent": 0])
            try await hall.database.write { _ = try hall.services.jobs.enqueue(SendSummaries(day: day), in: $0) }
            try await hall.runJobs(hall.work())
            #expect(try await hall.auditActions() == ["summary.sent"])
        }
    }

    @Test("R40: a day that is not over is refused")
    func notOver() async throws {
        try await withHall(on: .sqlite) { hall in
            let refused = try await refusal {
                _ = try await hall.services.send(hall.today, by: hall.caller(.admin))
            }
            #expect(refused?.code == "day_not_over")
        }
    }

    @Test("switched off, no summary comes by the clock; another time is kept to")
    func settings() async throws {
        var settings = BagSettings(publicURL: "https://bags.test")
        settings.sendsSummaries = false
        try await withHall(on: .sqlite, settings: settings) { hall in
            let names = try hall.work().schedules().map(\.name)
            #expect(!names.contains("bags.daily_summary") && names.contains("bags.counter_check"))
        }
        settings.sendsSummaries = true
        settings.summaryMinute = 18 * 60 + 45
        try await withHall(on: .sqlite, settings: settings) { hall in
            let last = try hall.work().schedules().last
            #expect(last?.cron.text == "45 18 * * *")
        }
    }

    @Test(
        "R38: the check at night finds a counter that is wrong, and tells administrators",
        arguments: TestEngine.available)
    func drift(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            let work = hall.work()
            try await hall.database.write { try hall.services.jobs.enqueue(CheckCounters(), in: $0) }
            try await hall.runJobs(work)
            #expect(work.watch.drift == 0)
            #expect(try await hall.mailed().isEmpty)
            try await hall.database.write { transaction in
                var changes = CounterChanges()
                changes.add(.parents(.full), in: "lucknow", by: 3)
                try changes.write(in: transaction)
                try hall.services.jobs.enqueue(CheckCounters(), in: transaction)
            }
            try await hall.runJobs(work)
            #expect(work.watch.drift == 3)
            #expect(try await hall.mailed() == ["admin@bags.test"])
            let mail = try #require(
                try await hall.database.read { try hall.services.mails.outbox(to: "admin@bags.test", in: $0) }.first)
            #expect(mail.text.contains("lucknow, parent.full: counter minus rows is 3"))
            #expect(mail.html?.contains("<li>lucknow, parent.full: counter minus rows is 3</li>") == true)
            #expect(LetterWords.plain(mail.text).subtracting(LetterWords.seen(mail.html ?? "")) == [])
            // A node that has just started knows of it too.
            let other = hall.work()
            try await other.learn()
            #expect(other.watch.drift == 3)
        }
    }

    @Test("a summary that was never sent is missed from the first account on, unless none are sent")
    func neverSent() async throws {
        for isSent in [true, false] {
            var settings = BagSettings(publicURL: "https://bags.test")
            settings.sendsSummaries = isSent
            try await withHall(on: .sqlite, settings: settings) { hall in
                let metrics = MetricsRegistry()
                let work = hall.work(metrics: metrics)
                try await work.learn()
                let text = String(decoding: metrics.openMetricsText(), as: UTF8.self)
                #expect(text.contains("bags_summaries_due_since_timestamp_seconds 1763721338") == isSent)
                #expect(!text.contains("\nbags_summary_last_success_timestamp_seconds "))
            }
        }
    }
}
