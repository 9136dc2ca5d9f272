import PorticoJSON
import PorticoSQL
import PorticoTesting
import Testing

/// Rule R19 over HTTP: of any number of simultaneous callers exactly one wins, and the others are told why.
@Suite("Callers at the same moment", .enabled(if: Program.isThere, Program.missing), .timeLimit(.minutes(60)))
struct RaceTests {
    private let callers = 50
    /// So many sacks are fought over, by a caller each.
    private let fought = 50

    @Test("put a bag into one sack, take a last place once and a scan once", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await Premises.open(engine) { premises in
            let node = try await RunningPortico.start(premises)
            let hall = PackingHall(try await Visitor.signedIn(as: "dispatcher", at: node))
            try await raceAll(hall, [hall.dispatcher], premises, try await Visitor.signedIn(as: "admin", at: node))
            try await node.stop()
        }
    }

    @Test(
        "do the same when they come to two nodes of one database",
        .enabled(if: Program.isThereWithServer, Program.missingServer))
    func raceOverTwoNodes() async throws {
        try await raceOverTwoNodes([])
    }

    @Test(
        "do the same when the two nodes share a Redis",
        .enabled(if: Program.isThereWithServer && RedisServer.path != nil, Program.missingServer))
    func raceOverTwoNodesWithRedis() async throws {
        let redis = try RedisServer()
        let server = try await redis.start()
        try await raceOverTwoNodes(redis.arguments)
        #expect(!server.isOver)
    }

    private func raceOverTwoNodes(_ more: [String]) async throws {
        try await Premises.open(.postgresql) { premises in
            let first = try await RunningPortico.start(premises, more)
            let second = try await RunningPortico.start(premises, demo: false, more)
            let hall = PackingHall(try await Visitor.signedIn(as: "dispatcher", at: first))
            try await raceAll(
                hall, [hall.dispatcher, hall.dispatcher.at(second)], premises,
                try await Visitor.signedIn(as: "admin", at: second))
            try await first.stop()
            try await second.stop()
        }
    }

    private func raceAll(_ hall: PackingHall, _ visitors: [Visitor], _ premises: Premises, _ admin: Visitor)
        async throws
    {
        var sacks: [String] = []
        for round in 1...Program.raceRounds {
            // Two fights a round: none of these sacks is full before others take their place.
            if round % 10 == 1 { sacks = try await hall.sacks(fought) }
            try await newBagForManySacks(hall, visitors, sacks)
            try await looseBagForManySacks(hall, visitors, sacks)
            try await lastPlace(hall, visitors)
            try await sameScan(hall, visitors)
            try await newSack(hall, visitors)
            try await recount(round, premises, admin)
        }
    }

    /// Rule R19: counts, weights and totals equal a recount at every moment, so also between two rounds.
    private func recount(_ round: Int, _ premises: Premises, _ admin: Visitor) async throws {
        #expect(try await countersAreEqual(admin), "after round \(round)")
        let wrong = try await premises.count(
            """
            SELECT count(*) FROM bags p WHERE kind = 'parent'
            AND (child_count > capacity OR child_count <> (SELECT count(*) FROM bags c WHERE c.parent_id = p.id))
            """)
        #expect(wrong == 0, "after round \(round) sacks hold another number of bags than they say")
    }

    private func newBagForManySacks(_ hall: PackingHall, _ visitors: [Visitor], _ sacks: [String]) async throws {
        try await fightOver(hall.attempt(into: sacks[0]).code, hall, visitors, sacks)
    }

    private func looseBagForManySacks(_ hall: PackingHall, _ visitors: [Visitor], _ sacks: [String]) async throws {
        let made = hall.attempt(into: try await hall.sacks(1)[0])
        let id = try await hall.scan(made).json["scan"]?["id"]?.string ?? ""
        let undone = try await hall.dispatcher.post("/scans/\(id)/undo", [:])
        #expect(undone.status == 200, "\(undone.text)")
        try await fightOver(made.code, hall, visitors, sacks)
    }

    /// Fifty callers want one bag, each in another sack.
    private func fightOver(_ bag: String, _ hall: PackingHall, _ visitors: [Visitor], _ sacks: [String]) async throws {
        let answers = try await atOnce(visitors) { [callers] caller in
            stride(from: caller, to: sacks.count, by: callers).map {
                hall.attempt(into: sacks[$0]).with(code: bag)
            }
        }
        #expect(answers.count == fought)
        expectOneWinner(answers, others: "linked_elsewhere")
    }

    private func lastPlace(_ hall: PackingHall, _ visitors: [Visitor]) async throws {
        let sack = try await hall.sacks(1)[0]
        for _ in 0..<29 { #expect(try await hall.scan(hall.attempt(into: sack)).status == 201) }
        let answers = try await atOnce(visitors) { _ in [hall.attempt(into: sack)] }
        expectOneWinner(answers, others: "parent_full")
        #expect(try await hall.dispatcher.get("/bags/\(sack)").json["child_count"]?.int64 == 30)
    }

    private func sameScan(_ hall: PackingHall, _ visitors: [Visitor]) async throws {
        let attempt = hall.attempt(into: try await hall.sacks(1)[0])
        let answers = try await atOnce(visitors) { _ in [attempt] }
        #expect(answers.allSatisfy { $0.status == 201 && $0.body == answers[0].body })
        #expect(answers.filter { $0.header("idempotent-replay") == nil }.count == 1)
    }

    private func newSack(_ hall: PackingHall, _ visitors: [Visitor]) async throws {
        let code = hall.unregisteredSack()
        let answers = try await atOnce(visitors, at: "parent") { _ in [hall.attempt(into: "").with(code: code)] }
        #expect(answers.filter { $0.status == 201 }.count == 1)
        #expect(answers.allSatisfy { [200, 201].contains($0.status) })
    }

    private func expectOneWinner(_ answers: [Answer], others code: String) {
        #expect(answers.filter { $0.status == 201 }.count == 1)
        let losers = answers.filter { $0.status != 201 }
        #expect(losers.count == answers.count - 1)
        let unlike = losers.filter { $0.status != 409 || $0.json["code"]?.string != code }
        #expect(unlike.isEmpty, "not \(code): \(unlike.first?.text ?? "")")
    }

    /// Sends the scans of each caller, one after the other over a connection that is open already; all callers wait behind
    /// one start line. An answer that comes late ends the race.
    private func atOnce(
        _ visitors: [Visitor], at kind: String = "child", _ attempts: @escaping @Sendable (Int) -> [Attempt]
    ) async throws -> [Answer] {
        let line = StartLine(callers)
        return try await together(callers) { number in
            let visitor = visitors[number % visitors.count]
            let attempts = attempts(number)
            let connection = Result {
                try HTTPConnection(port: visitor.port, answersWithin: Program.raceDeadline)
            }
            line.pass()
            return try attempts.map { attempt in
                try visitor.send(
                    "POST", "\(Visitor.api)/scans/\(kind)", kind == "child" ? attempt.body : attempt.sackBody,
                    over: try connection.get())
            }
        }.flatMap { $0 }
    }
}

extension Attempt {
    /// The same device's scan of another bag.
    fileprivate func with(code: String) -> Attempt {
        Attempt(sack: sack, code: code, id: id)
    }

    /// What is sent when the code is a sack's.
    fileprivate var sackBody: JSONValue { ["code": .string(code), "client_scan_id": .string(id)] }
}
