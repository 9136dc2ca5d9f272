import PorticoJSON
import PorticoTesting
import Testing

@Suite(
    "Two nodes on one PostgreSQL", .enabled(if: Program.isThereWithServer, Program.missingServer),
    .timeLimit(.minutes(10)))
struct TwoNodeTests {
    @Test("know each other's sessions, scans and counters, and outlive each other")
    func share() async throws {
        try await Premises.open(.postgresql) { premises in
            let first = try await RunningPortico.start(premises)
            let second = try await RunningPortico.start(premises, demo: false)
            let here = try await Visitor.signedIn(as: "dispatcher", at: first)
            let there = here.at(second)
            let hall = PackingHall(here)
            let sack = try await hall.sacks(1)[0]
            let attempt = hall.attempt(into: sack)
            let answer = try await hall.scan(attempt)
            #expect(answer.status == 201)
            #expect(try await there.get("/bags/\(attempt.code)").json["parent_code"]?.string == sack)
            #expect(try await there.get("/stats").json["scans"] == (try await here.get("/stats")).json["scans"])
            let replay = try await hall.scan(attempt, by: there)
            #expect(replay.body == answer.body)
            #expect(replay.header("idempotent-replay") == "true")

            try await first.kill()
            #expect(try await hall.scan(hall.attempt(into: sack), by: there).status == 201)
            #expect(try await countersAreEqual(try await Visitor.signedIn(as: "admin", at: second)))
            try await second.stop()
        }
    }

    @Test("both forget somebody who signed out at one of them")
    func signOut() async throws {
        try await Premises.open(.postgresql) { premises in
            let first = try await RunningPortico.start(premises)
            let second = try await RunningPortico.start(premises, demo: false)
            let here = try await Visitor.signedIn(as: "dispatcher", at: first)
            let there = here.at(second)
            #expect(try await there.get("/session").status == 200)
            #expect(try await here.send("DELETE", "\(Visitor.api)/session").status == 204)
            #expect(try await here.get("/session").status == 401)
            try await eventually("the other node forgets the session") { try await there.get("/session").status == 401 }
            try await first.stop()
            try await second.stop()
        }
    }
}
