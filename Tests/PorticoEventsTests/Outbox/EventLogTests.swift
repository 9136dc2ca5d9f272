import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoEvents

@Suite(.timeLimit(.minutes(5))) struct EventLogTests {
    private let policy = EventLogPolicy([.forever("bag.*"), .keep("scan.accepted", for: .days(1))])

    private func history(_ town: Town, after: EventPosition = .start, limit: Int = 100) async throws -> [Int] {
        try await town.database.read {
            try town.outbox.history(after: after, through: EventPosition(id: .max), limit: limit, in: $0).map(\.number)
        }
    }

    private func prune(_ town: Town) async throws -> Int {
        try await town.database.write { try town.outbox.prune(at: town.clock.now(), in: $0) }
    }

    @Test(
        "kinds that are kept move into the log, the others go, and history reads both in order",
        arguments: TestEngine.available)
    func keeps(engine: TestEngine) async throws {
        try await withTown(on: engine, log: policy) { town in
            try await town.tell("a", 1, kind: "bag.created")
            try await town.tell("a", 2, kind: "scan.refused")
            try await town.tell("a", 3, kind: "scan.accepted")
            try await town.tell("a", 4, kind: "bagger")
            town.clock.advance(by: .minutes(21))
            try await town.tell("a", 5, kind: "bag.closed")
            #expect(try await prune(town) == 4)
            #expect(try await history(town) == [1, 3, 5])
            #expect(try await history(town, limit: 2) == [1, 3])
            town.clock.advance(by: .days(1))
            try await town.tell("a", 6, kind: "scan.accepted")
            _ = try await prune(town)
            _ = try await prune(town)
            #expect(try await history(town) == [1, 5, 6])
            let first = try await town.database.read {
                try $0.scalar("test.first", "SELECT min(id) FROM event_log", as: Int64.self)
            }
            #expect(try await history(town, after: EventPosition(id: try #require(first))) == [5, 6])
        }
    }

    @Test("says which kinds stay for ever")
    func forever() {
        #expect(policy.keepsForever("bag.created") && !policy.keepsForever("bags") && !policy.keepsForever("bag"))
        #expect(!policy.keepsForever("scan.accepted") && !EventLogPolicy.none.keepsForever("bag.created"))
        let both = EventLogPolicy([.forever("*"), .keep("bag.lost", for: .days(1))])
        #expect(both.keepsForever("anything") && !both.keepsForever("bag.lost"))
    }

    @Test(
        "a consumer that is behind keeps its events, and one that is forgotten does not",
        arguments: TestEngine.available)
    func behind(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            try await town.tell(("a", 1), ("a", 2))
            try await town.database.write { try EventCursor(consumer: "slow").advance(to: .start, in: $0) }
            try await town.database.write { _ = try EventCursor(consumer: "slow").lock(in: $0) }
            town.clock.advance(by: .hours(1))
            #expect(try await prune(town) == 0)
            try await town.database.write { try town.outbox.forget("slow", in: $0) }
            #expect(try await prune(town) == 1)
        }
    }
}
