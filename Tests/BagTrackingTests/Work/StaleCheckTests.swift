import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Checks at the gate that run for too long are told of, once each.
@Suite struct StaleCheckTests {
    private func tell(_ hall: PackingHall) async throws {
        try await hall.database.write { _ = try hall.services.jobs.enqueue(TellStaleChecks(), in: $0) }
        try await hall.runJobs(hall.work())
    }

    private func told(_ hall: PackingHall) -> Substring? {
        String(decoding: hall.metrics.prometheusText(), as: UTF8.self).split(separator: "\n").first {
            $0.hasPrefix("bags_gate_checks_stale_total")
        }
    }

    @Test(
        "gatekeepers of the area and administrators are told of a check that runs for four hours, once",
        arguments: TestEngine.available)
    func once(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.database.write { transaction in
                for (id, area) in [(PackingHall.Person.gatekeeper, "lucknow"), (.jaipur, "jaipur")] {
                    try transaction.execute(
                        "test.profile",
                        """
                        INSERT INTO user_profiles (user_id, role, area_code)
                        VALUES (\(id.rawValue), 'gatekeeper', \(area))
                        """)
                }
                try transaction.execute(
                    "test.keeper", "UPDATE accounts SET role = 'gatekeeper' WHERE email = 'jaipur@bags.test'")
            }
            let bill = try await hall.completedBill("LKO <7>", sacks: 2)
            _ = try await hall.services.gate.start(bill, by: hall.caller(.gatekeeper))
            try await hall.scanAtGate("SB20001", bill)
            hall.clock.advance(by: .hours(4))
            try await tell(hall)
            #expect(try await hall.mailed().isEmpty)
            hall.clock.advance(by: .seconds(1))
            try await tell(hall)
            hall.clock.advance(by: .hours(9))
            try await tell(hall)
            #expect(try await Set(hall.mailed()) == ["gatekeeper@bags.test", "admin@bags.test"])
            #expect(try await hall.mailed().count == 2)
            let mail = try #require(
                try await hall.database.read { try hall.services.mails.outbox(to: "admin@bags.test", in: $0) }.first)
            #expect(mail.subject == "Gate check still running: LKO <7>")
            #expect(mail.text.contains("running for 4 hours") && mail.text.contains("1 of 2 sacks were seen"))
            #expect(mail.text.contains("/bags/bills/\(bill)/gate") && mail.html?.contains("LKO &lt;7&gt;") == true)
            #expect(LetterWords.plain(mail.text).subtracting(LetterWords.seen(mail.html ?? "")) == [])
            #expect(try await hall.eventKinds().filter { $0 == StaleChecks.event }.count == 1)
            #expect(told(hall)?.hasSuffix(" 1") == true)
        }
    }

    @Test("a check that ended is not told of, the next one of the same bill is", arguments: TestEngine.available)
    func ended(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.completedBill(sacks: 1)
            _ = try await hall.services.gate.start(bill, by: hall.caller(.gatekeeper))
            hall.clock.advance(by: .hours(5))
            _ = try await hall.services.gate.abandon(bill, reason: "Lorry broke down", by: hall.caller(.gatekeeper))
            try await tell(hall)
            #expect(try await hall.mailed().isEmpty)
            _ = try await hall.services.gate.start(bill, by: hall.caller(.gatekeeper))
            hall.clock.advance(by: .hours(5))
            try await tell(hall)
            #expect(try await hall.mailed() == ["admin@bags.test"])
        }
    }

    @Test("comes every quarter of an hour")
    func schedule() async throws {
        try await withHall(on: .sqlite) { hall in
            let schedules = try hall.work().schedules()
            #expect(schedules.first { $0.name == "bags.stale_gate_checks" }?.cron.text == "*/15 * * * *")
            let bill = try await hall.completedBill(sacks: 1)
            _ = try await hall.services.gate.start(bill, by: hall.caller(.gatekeeper))
            try await hall.runJobs(hall.work(), schedules: schedules)
            hall.clock.advance(by: .minutes(255))
            try await hall.runJobs(hall.work(), schedules: schedules)
            #expect(try await hall.mailed().contains("admin@bags.test"))
        }
    }
}
