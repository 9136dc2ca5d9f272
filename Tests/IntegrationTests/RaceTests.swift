import PorticoJSON
import PorticoTesting
import Testing

/// Rule R19 over HTTP: of any number of simultaneous callers exactly one wins, and the others are told why.
@Suite("Callers at the same moment", .enabled(if: Program.isThere, Program.missing), .timeLimit(.minutes(60)))
struct RaceTests {
    private let callers = 30

    @Test("put a bag into one sack, take a last place once and a scan once", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await Premises.open(engine) { premises in
            let node = try await RunningPortico.start(premises)
            let hall = PackingHall(try await Visitor.signedIn(as: "dispatcher", at: node))
            try await raceAll(hall, [hall.dispatcher])
            #expect(try await countersAreEqual(try await Visitor.signedIn(as: "admin", at: node)))
            try await node.stop()
        }
    }

    @Test(
        "do the same when they come to two nodes of one database",
        .enabled(if: Program.isThereWithServer, Program.missingServer))
    func raceOverTwoNodes() async throws {
        try await Premises.open(.postgresql) { premises in
            let first = try await RunningPortico.start(premises)
            let second = try await RunningPortico.start(premises, demo: false)
            let hall = PackingHall(try await Visitor.signedIn(as: "dispatcher", at: first))
            try await raceAll(hall, [hall.dispatcher, hall.dispatcher.at(second)])
            #expect(try await countersAreEqual(try await Visitor.signedIn(as: "admin", at: second)))
            try await first.stop()
            try await second.stop()
        }
    }

    private func raceAll(_ hall: PackingHall, _ visitors: [Visitor]) async throws {
        for _ in 0..<Program.raceRounds {
            try await newBagForManySacks(hall, visitors)
            try await looseBagForManySacks(hall, visitors)
            try await lastPlace(hall, visitors)
            try await sameScan(hall, visitors)
            try await newSack(hall, visitors)
        }
    }

    private func newBagForManySacks(_ hall: PackingHall, _ visitors: [Visitor]) async throws {
        let sacks = try await hall.sacks(callers)
        let bag = hall.attempt(into: sacks[0]).code
        let answers = try await atOnce(visitors) { hall.attempt(into: sacks[$0]).with(code: bag) }
        expectOneWinner(answers, others: "linked_elsewhere")
    }

    private func looseBagForManySacks(_ hall: PackingHall, _ visitors: [Visitor]) async throws {
        let sacks = try await hall.sacks(callers + 1)
        let made = hall.attempt(into: sacks[callers])
        let id = try await hall.scan(made).json["scan"]?["id"]?.string ?? ""
        let undone = try await hall.dispatcher.post("/scans/\(id)/undo", [:])
        #expect(undone.status == 200, "\(undone.text)")
        let answers = try await atOnce(visitors) { hall.attempt(into: sacks[$0]).with(code: made.code) }
        expectOneWinner(answers, others: "linked_elsewhere")
    }

    private func lastPlace(_ hall: PackingHall, _ visitors: [Visitor]) async throws {
        let sack = try await hall.sacks(1)[0]
        for _ in 0..<29 { #expect(try await hall.scan(hall.attempt(into: sack)).status == 201) }
        let answers = try await atOnce(visitors) { _ in hall.attempt(into: sack) }
        expectOneWinner(answers, others: "parent_full")
        #expect(try await hall.dispatcher.get("/bags/\(sack)").json["child_count"]?.int64 == 30)
    }

    private func sameScan(_ hall: PackingHall, _ visitors: [Visitor]) async throws {
        let attempt = hall.attempt(into: try await hall.sacks(1)[0])
        let answers = try await atOnce(visitors) { _ in attempt }
        #expect(answers.allSatisfy { $0.status == 201 && $0.body == answers[0].body })
        #expect(answers.filter { $0.header("idempotent-replay") == nil }.count == 1)
    }

    private func newSack(_ hall: PackingHall, _ visitors: [Visitor]) async throws {
        let code = hall.unregisteredSack()
        let answers = try await atOnce(visitors, at: "parent") { _ in hall.attempt(into: "").with(code: code) }
        #expect(answers.filter { $0.status == 201 }.count == 1)
        #expect(answers.allSatisfy { [200, 201].contains($0.status) })
    }

    private func expectOneWinner(_ answers: [Answer], others code: String) {
        #expect(answers.filter { $0.status == 201 }.count == 1)
        let losers = answers.filter { $0.status != 201 }
        #expect(losers.count == callers - 1)
        #expect(losers.allSatisfy { $0.status == 409 && $0.json["code"]?.string == code })
    }

    /// Sends one scan per caller over connections that are open already, all of them behind one start line.
    private func atOnce(
        _ visitors: [Visitor], at kind: String = "child", _ attempt: @escaping @Sendable (Int) -> Attempt
    ) async throws -> [Answer] {
        let line = StartLine(callers)
        return try await together(callers) { number in
            let visitor = visitors[number % visitors.count]
            let attempt = attempt(number)
            let connection = Result { try HTTPConnection(port: visitor.port) }
            line.pass()
            return try visitor.send(
                "POST", "\(Visitor.api)/scans/\(kind)", kind == "child" ? attempt.body : attempt.sackBody,
                over: try connection.get())
        }
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
