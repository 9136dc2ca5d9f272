import PorticoJSON
import PorticoTesting
import Synchronization
import Testing

@Suite(
    "A node whose PostgreSQL goes away", .enabled(if: Program.isThereWithServer, Program.missingServer),
    .timeLimit(.minutes(10)))
struct LostDatabaseTests {
    private let tables = 8

    @Test("takes scans or answers 503, never 500, and is well again by itself")
    func recovers() async throws {
        try await Premises.open(.postgresql) { premises in
            let node = try await RunningPortico.start(premises)
            let hall = PackingHall(try await Visitor.signedIn(as: "dispatcher", at: node))
            let scanning = Scanning()
            let sacks = try await hall.sacks(tables * 40)
            async let ended: [Void] = together(tables) { table in
                let connection = try HTTPConnection(port: node.port)
                for place in 0..<1200 where !scanning.isOver {
                    try scanning.scan(hall, hall.attempt(into: sacks[table * 40 + place / 30]), over: connection)
                }
            }
            for _ in 0..<4 {
                let taken = scanning.attempts.acknowledged.count
                try await eventually("scans after a loss") { scanning.attempts.acknowledged.count >= taken + 40 }
                try await premises.cutConnections()
            }
            let taken = scanning.attempts.acknowledged.count
            try await eventually("scans after the last loss") { scanning.attempts.acknowledged.count > taken }
            scanning.end()
            _ = try await ended
            #expect(scanning.statuses.isSubset(of: [201, 503]), "\(scanning.statuses)")
            #expect(scanning.attempts.unanswered.isEmpty)
            try await eventually("ready again") { try await hall.dispatcher.send("GET", "/readyz").status == 200 }
            #expect(try await countersAreEqual(try await Visitor.signedIn(as: "admin", at: node)))
            for (sack, made) in scanning.attempts.bySack {
                let answer = try await hall.dispatcher.get("/bags/\(sack)")
                #expect(answer.json["child_count"]?.int64 == Int64(made.filter(\.isAcknowledged).count))
            }
            try await node.stop()
        }
    }
}

/// Devices that send a scan again until it was taken.
private final class Scanning: Sendable {
    let attempts = Attempts()
    private let state = Mutex<(isOver: Bool, statuses: Set<Int>)>((false, []))

    var isOver: Bool { state.withLock { $0.isOver } }
    var statuses: Set<Int> { state.withLock { $0.statuses } }

    func end() {
        state.withLock { $0.isOver = true }
    }

    func scan(_ hall: PackingHall, _ attempt: Attempt, over connection: HTTPConnection) throws {
        var attempt = attempt
        attempts.put(attempt)
        repeat {
            let answer = try hall.scan(attempt, over: connection)
            state.withLock { _ = $0.statuses.insert(answer.status) }
            attempt.answer = answer
            attempts.put(attempt)
        } while attempt.answer?.status == 503
    }
}
