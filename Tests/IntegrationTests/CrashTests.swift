import PorticoJSON
import PorticoSQL
import PorticoTesting
import Testing

/// Scans that were answered before a `kill -9` are there after it; those that were not are there wholly or not at all.
@Suite("A node that is killed", .enabled(if: Program.isThere, Program.missing), .timeLimit(.minutes(10)))
struct CrashTests {
    private let tables = 24

    @Test("loses no acknowledged scan and keeps no half of another", arguments: TestEngine.available)
    func survives(engine: TestEngine) async throws {
        try await Premises.open(engine) { premises in
            let first = try await RunningPortico.start(premises)
            let activity = try await Activity(premises)
            let hall = PackingHall(try await Visitor.signedIn(as: "dispatcher", at: first))
            let attempts = try await scanUntilKilled(hall, first)
            #expect(attempts.acknowledged.count >= 200)
            #expect(!attempts.unanswered.isEmpty)
            #expect(attempts.statuses == [201])

            let second = try await RunningPortico.start(premises)
            let dispatcher = hall.dispatcher.at(second)
            let admin = try await Visitor.signedIn(as: "admin", at: second)
            #expect(try await countersAreEqual(admin))
            try await expectWholeScans(premises)
            try await expectContents(attempts, dispatcher)
            try await expectReplays(attempts.acknowledged, dispatcher)
            try await deliverAgain(attempts, dispatcher)
            #expect(try await countersAreEqual(admin))
            try await expectWholeScans(premises)
            try await activity.expectCaughtUp(premises)
            try await second.stop()
        }
    }

    /// Every table fills sacks until the node is gone, which is in the middle of it.
    private func scanUntilKilled(_ hall: PackingHall, _ node: RunningPortico) async throws -> Attempts {
        let attempts = Attempts()
        let sacks = try await hall.sacks(tables * 10)
        async let ended: [Void] = together(tables) { table in
            guard let connection = try? HTTPConnection(port: node.port) else { return }
            for place in 0..<300 {
                var attempt = hall.attempt(into: sacks[table * 10 + place / 30])
                attempts.put(attempt)
                guard let answer = try? hall.scan(attempt, over: connection) else { return }
                attempt.answer = answer
                attempts.put(attempt)
            }
        }
        try await eventually("enough acknowledged scans") { attempts.acknowledged.count >= 200 }
        try await node.kill()
        _ = try await ended
        return attempts
    }

    /// A linked scan has its bag's link and its custody event, or does not exist.
    private func expectWholeScans(_ premises: Premises) async throws {
        let halves = try await premises.count(
            """
            SELECT count(*) FROM scans s JOIN bags p ON p.code = s.parent_code
            WHERE s.outcome = 'linked' AND s.undone_at IS NULL AND p.code >= 'SB60000' AND p.code < 'SC'
                AND (NOT EXISTS (SELECT 1 FROM custody_events e WHERE e.scan_id = s.id)
                    OR NOT EXISTS (SELECT 1 FROM bags c WHERE c.link_scan_id = s.id AND c.parent_id = p.id))
            """)
        #expect(halves == 0)
        let miscounted = try await premises.count(
            """
            SELECT count(*) FROM bags p
            WHERE p.kind = 'parent' AND p.child_count <> (SELECT count(*) FROM bags c WHERE c.parent_id = p.id)
            """)
        #expect(miscounted == 0)
    }

    /// A sack holds what was acknowledged, and beyond it only what was under way.
    private func expectContents(_ attempts: Attempts, _ dispatcher: Visitor) async throws {
        for (sack, made) in attempts.bySack {
            let answer = try await dispatcher.get("/bags/\(sack)")
            let codes = Set(answer.json["children"]?.elements?.compactMap { $0["code"]?.string } ?? [])
            #expect(codes.isSuperset(of: made.filter(\.isAcknowledged).map(\.code)))
            #expect(codes.isSubset(of: made.map(\.code)))
            #expect(answer.json["child_count"]?.int64 == Int64(codes.count))
        }
    }

    private func expectReplays(_ acknowledged: [Attempt], _ dispatcher: Visitor) async throws {
        let answers = try await together(4) { part in
            let connection = try HTTPConnection(port: dispatcher.port)
            return try acknowledged.enumerated().filter { $0.offset % 4 == part }.map { _, attempt in
                let answer = try dispatcher.send(
                    "POST", "\(Visitor.api)/scans/child", attempt.body, over: connection)
                let isSame = answer.status == 201 && answer.body == attempt.answer?.body
                return isSame && answer.header("idempotent-replay") == "true"
            }
        }
        #expect(answers.joined().allSatisfy { $0 })
        #expect(answers.joined().count == acknowledged.count)
    }

    /// What a device does that got no answer: it sends again, twice if it must, and nothing is doubled.
    private func deliverAgain(_ attempts: Attempts, _ dispatcher: Visitor) async throws {
        for attempt in attempts.unanswered {
            let once = try await dispatcher.post("/scans/child", attempt.body)
            let twice = try await dispatcher.post("/scans/child", attempt.body)
            #expect(once.status == 201, "\(once.text)")
            #expect(once.body == twice.body)
            #expect(twice.header("idempotent-replay") == "true")
        }
        for (sack, made) in attempts.bySack {
            let answer = try await dispatcher.get("/bags/\(sack)")
            #expect(answer.json["child_count"]?.int64 == Int64(made.count))
        }
    }
}

/// The dashboard's hours of activity beside the scans they count, from one moment on.
struct Activity {
    private let scans: Int
    private let counted: Int

    init(_ premises: Premises) async throws {
        scans = try await Activity.scans(premises)
        counted = try await Activity.counted(premises)
    }

    /// Every scan since then is counted once, also when the node was killed between the two.
    func expectCaughtUp(_ premises: Premises) async throws {
        let recorded = try await Activity.scans(premises) - scans
        try? await eventually("activity equals scans") { try await Activity.counted(premises) - counted == recorded }
        #expect(try await Activity.counted(premises) - counted == recorded)
    }

    private static func scans(_ premises: Premises) async throws -> Int {
        try await premises.count("SELECT count(*) FROM scans")
    }

    private static func counted(_ premises: Premises) async throws -> Int {
        try await premises.count("SELECT CAST(coalesce(sum(count), 0) AS BIGINT) FROM daily_activity")
    }
}
