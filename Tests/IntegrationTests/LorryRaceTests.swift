import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

/// Rule R19 over bills, gates and returns: exactly one wins, the others are told why, and the totals equal a recount.
@Suite("Callers at one lorry", .enabled(if: Program.isThere, Program.missing), .timeLimit(.minutes(60)))
struct LorryRaceTests {
    private static let callers = 50

    /// One request of a race.
    private struct Act: Sendable {
        let visitor: Visitor
        let path: String
        var body: JSONValue = [:]
        var method = "POST"
    }

    @Test("R19 take sacks, bills, checks and returns once", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await Premises.open(engine) { premises in
            let node = try await RunningPortico.start(premises)
            try await raceAll(try await LorryYard(at: node), [node], premises)
            try await node.stop()
        }
    }

    @Test(
        "R19 do the same when they come to three nodes of one database",
        .enabled(if: Program.isThereWithServer, Program.missingServer))
    func raceOverThreeNodes() async throws {
        try await Premises.open(.postgresql) { premises in
            let first = try await RunningPortico.start(premises)
            let others = [
                try await RunningPortico.start(premises, demo: false),
                try await RunningPortico.start(premises, demo: false),
            ]
            try await raceAll(try await LorryYard(at: first), [first] + others, premises)
            for node in [first] + others { try await node.stop() }
        }
    }

    private func raceAll(_ yard: LorryYard, _ nodes: [RunningPortico], _ premises: Premises) async throws {
        for round in 1...Program.raceRounds {
            try await sackForTwoBills(yard, nodes)
            try await lastPlace(yard, nodes)
            try await completedWhileChanged(yard, nodes)
            try await checkStartedTwice(yard, nodes)
            try await dispatchedOrGivenUp(yard, nodes)
            try await cancelledOrChecked(yard, nodes)
            try await returnedTwice(yard, nodes)
            try await recount(round, yard, premises)
        }
    }

    /// Counts and totals equal a recount at every moment, so also between two rounds.
    private func recount(_ round: Int, _ yard: LorryYard, _ premises: Premises) async throws {
        #expect(try await countersAreEqual(yard.admin), "after round \(round)")
        let wrong = try await premises.count(
            """
            SELECT count(*) FROM bills l WHERE linked_count <> (SELECT count(*) FROM bags b WHERE b.bill_id = l.id)
            OR child_count <> (SELECT coalesce(sum(child_count), 0) FROM bags b WHERE b.bill_id = l.id)
            OR actual_weight_grams <> (
                SELECT coalesce(sum(child_count * unit_weight_grams), 0) FROM bags b WHERE b.bill_id = l.id)
            OR returned_count <> (SELECT count(*) FROM return_items i WHERE i.original_bill_id = l.id
                AND coalesce(i.restored, 0) = 0)
            """)
        #expect(wrong == 0, "after round \(round)")
        let unseen = try await premises.count(
            """
            SELECT count(*) FROM gate_checks c WHERE seen_count <> (
                SELECT count(*) FROM gate_check_sacks s WHERE s.gate_check_id = c.id)
            """)
        #expect(unseen == 0, "after round \(round)")
    }

    // MARK: - Races

    private func sackForTwoBills(_ yard: LorryYard, _ nodes: [RunningPortico]) async throws {
        let sack = try await yard.packed(1)[0]
        let bills = [try await yard.bill(), try await yard.bill()]
        let answers = try await atOnce(nodes) { number in
            Act(visitor: yard.biller, path: "/bills/\(bills[number % 2])/parents", body: ["code": .string(sack)])
        }
        #expect(answers.count { $0.status == 201 } == 1)
        #expect(answers.count { $0.status == 200 } == LorryRaceTests.callers / 2 - 1)
        #expect(count(answers, 409, "billed_elsewhere") == LorryRaceTests.callers / 2)
    }

    private func lastPlace(_ yard: LorryYard, _ nodes: [RunningPortico]) async throws {
        let sacks = try await yard.packed(LorryRaceTests.callers)
        let bill = try await yard.bill(capacity: 1)
        let answers = try await atOnce(nodes) { number in
            Act(visitor: yard.biller, path: "/bills/\(bill)/parents", body: ["code": .string(sacks[number])])
        }
        #expect(answers.count { $0.status == 201 } == 1)
        #expect(count(answers, 409, "capacity_reached") == LorryRaceTests.callers - 1)
    }

    /// Sacks are put on and taken off while several people complete the bill.
    private func completedWhileChanged(_ yard: LorryYard, _ nodes: [RunningPortico]) async throws {
        let third = (LorryRaceTests.callers + 2) / 3
        let sacks = try await yard.packed(2 * third + 1)
        let bill = try await yard.bill(Array(sacks[...third]))
        let answers = try await atOnce(nodes) { number in
            switch number % 3 {
            case 0:
                Act(visitor: yard.biller, path: "/bills/\(bill)/complete", body: ["short_reason": "Lorry full"])
            case 1:
                Act(
                    visitor: yard.biller, path: "/bills/\(bill)/parents",
                    body: ["code": .string(sacks[third + 1 + number / 3])])
            default:
                Act(
                    visitor: yard.biller, path: "/bills/\(bill)/parents/\(sacks[1 + number / 3])", method: "DELETE")
            }
        }
        let (completions, rest) = (
            stride(from: 0, to: answers.count, by: 3).map { answers[$0] },
            answers.indices.filter { $0 % 3 != 0 }.map { answers[$0] }
        )
        #expect(completions.count { $0.status == 200 } == 1)
        #expect(count(completions, 409, "invalid_state") == third - 1)
        #expect(rest.allSatisfy { [201, 204].contains($0.status) || $0.json["code"]?.string == "bill_not_open" })
        let added = rest.count { $0.status == 201 } - rest.count { $0.status == 204 }
        let now = try await yard.biller.get("/bills/\(bill)").json
        #expect(now["state"]?.string == "completed")
        #expect(now["linked_count"]?.int64 == Int64(third + 1 + added))
    }

    private func checkStartedTwice(_ yard: LorryYard, _ nodes: [RunningPortico]) async throws {
        let bill = try await yard.completed(try await yard.packed(1))
        let answers = try await atOnce(nodes) { _ in
            Act(visitor: yard.gatekeeper, path: "/bills/\(bill)/gate-check")
        }
        #expect(answers.count { $0.status == 201 } == 1)
        #expect(count(answers, 409, "gate_check_running") == LorryRaceTests.callers - 1)
    }

    private func dispatchedOrGivenUp(_ yard: LorryYard, _ nodes: [RunningPortico]) async throws {
        let bill = try await yard.seen(try await yard.packed(2))
        let answers = try await atOnce(nodes) { number in
            number % 2 == 0
                ? Act(visitor: yard.gatekeeper, path: "/bills/\(bill)/dispatch", body: LorryYard.departure)
                : Act(
                    visitor: yard.gatekeeper, path: "/bills/\(bill)/gate-check/abandon", body: ["reason": "Rain"])
        }
        #expect(answers.count { $0.status == 200 } == 1)
        #expect(answers.count { $0.status == 409 } == LorryRaceTests.callers - 1)
    }

    private func cancelledOrChecked(_ yard: LorryYard, _ nodes: [RunningPortico]) async throws {
        let sacks = try await yard.packed(2)
        let bill = try await yard.completed(sacks)
        let answers = try await atOnce(nodes) { number in
            number % 2 == 0
                ? Act(visitor: yard.admin, path: "/bills/\(bill)/cancel", body: ["reason": "No lorry"])
                : Act(visitor: yard.gatekeeper, path: "/bills/\(bill)/gate-check")
        }
        #expect(answers.count { [200, 201].contains($0.status) } == 1)
        #expect(answers.count { $0.status == 409 } == LorryRaceTests.callers - 1)
        let state = try await yard.biller.get("/bills/\(bill)").json["state"]?.string
        #expect(state == (answers.contains { $0.status == 200 } ? "cancelled" : "loading"))
        // A lorry that is being checked can't be cancelled, however it is meant to go on.
        guard state == "loading" else { return }
        for sack in sacks {
            #expect(
                try await yard.gatekeeper.post("/bills/\(bill)/gate-check/scans", ["code": .string(sack)]).status == 201
            )
        }
        let ends = try await atOnce(nodes) { number in
            number % 2 == 0
                ? Act(visitor: yard.admin, path: "/bills/\(bill)/cancel", body: ["reason": "No lorry"])
                : Act(visitor: yard.gatekeeper, path: "/bills/\(bill)/dispatch", body: LorryYard.departure)
        }
        #expect(ends.count { $0.status == 200 } == 1)
        #expect(count(ends, 409, "invalid_state") == LorryRaceTests.callers - 1)
        #expect(try await yard.biller.get("/bills/\(bill)").json["state"]?.string == "dispatched")
    }

    private func returnedTwice(_ yard: LorryYard, _ nodes: [RunningPortico]) async throws {
        let sack = try await yard.packed(1)[0]
        _ = try await yard.dispatched([sack])
        let tickets = [try await yard.ticket(), try await yard.ticket()]
        let answers = try await atOnce(nodes) { number in
            Act(visitor: yard.biller, path: "/returns/\(tickets[number % 2])/scans", body: ["code": .string(sack)])
        }
        #expect(answers.count { $0.status == 201 } == 1)
        #expect(answers.count { $0.status == 200 } == LorryRaceTests.callers / 2 - 1)
        #expect(count(answers, 409, "not_billed") == LorryRaceTests.callers / 2)
    }

    // MARK: - Starting line

    private func count(_ answers: [Answer], _ status: Int, _ code: String) -> Int {
        answers.count { $0.status == status && $0.json["code"]?.string == code }
    }

    /// Sends one request per caller over connections that are open already, all of them behind one start line. An answer
    /// that comes late ends the race.
    private func atOnce(
        _ nodes: [RunningPortico], _ act: @escaping @Sendable (Int) -> Act
    ) async throws -> [Answer] {
        let line = StartLine(LorryRaceTests.callers)
        return try await together(LorryRaceTests.callers) { number in
            let act = act(number)
            // Neighbours are at different nodes, and so are those who want the same.
            let visitor = act.visitor.at(nodes[(number + number / 2) % nodes.count])
            let connection = Result {
                try HTTPConnection(port: visitor.port, answersWithin: Program.raceDeadline)
            }
            line.pass()
            return try visitor.send(act.method, Visitor.api + act.path, act.body, over: try connection.get())
        }
    }
}
