import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoEvents

/// Adds to a stock.
private struct Restock: Command {
    static let name = "restock"
    static let permission: String? = "stock.write"
    let item: String
    let amount: Int

    var payload: JSONValue { ["item": .string(item), "amount": .integer(Int64(amount))] }

    func validate() throws {
        guard amount > 0 else { throw Planned() }
    }

    func authorise(_ actor: CommandActor, in session: Transaction) throws {
        if item == "gold", actor.accountID != nil { throw CommandError.forbidden(permission: "gold") }
    }

    func run(in scope: CommandScope) throws -> JSONValue {
        let total = try scope.transaction.scalar(
            "stock.add",
            """
            INSERT INTO stock (item, n) VALUES (\(item), \(amount))
            ON CONFLICT (item) DO UPDATE SET n = stock.n + excluded.n RETURNING n
            """, as: Int64.self)
        if item == "lead" { throw Planned() }
        try scope.publish("stock.added", key: item, payload: payload)
        return ["total": .integer(total ?? 0)]
    }

    static let schema = SchemaComponent(
        name: "stock",
        migrations: [
            Migration(1, "stock") { dialect in
                "CREATE TABLE stock (item \(dialect.text) PRIMARY KEY, n \(dialect.integer) NOT NULL) \(dialect.strict)"
            }
        ])
}

@Suite(.timeLimit(.minutes(5))) struct CommandDeskTests {
    private func withDesk(on engine: TestEngine, _ body: (CommandDesk, Town) async throws -> Void) async throws {
        try await withTown(on: engine, adding: [Restock.schema]) { town in
            try await body(CommandDesk(database: town.database, outbox: town.outbox, clock: town.clock), town)
        }
    }

    private func events(_ town: Town) async throws -> Int {
        try await town.database.read { try $0.scalar("test.events", "SELECT count(*) FROM event_outbox", as: Int.self) }
            ?? 0
    }

    @Test(
        "a command with one key is carried out once, with one event, and answers the same",
        arguments: TestEngine.available)
    func once(engine: TestEngine) async throws {
        try await withDesk(on: engine) { desk, town in
            let first = try await desk.run(Restock(item: "tea", amount: 2), by: .program, key: "7")
            let second = try await desk.run(Restock(item: "tea", amount: 2), by: .program, key: "7")
            #expect(first.answer == ["total": 2] && !first.isRepeated)
            #expect(second.answer == ["total": 2] && second.isRepeated)
            #expect(try await desk.run(Restock(item: "tea", amount: 2), by: .program).answer == ["total": 4])
            #expect(try await events(town) == 2)
            await #expect(throws: CommandError.keyReused) {
                try await desk.run(Restock(item: "tea", amount: 3), by: .program, key: "7")
            }
            await #expect(throws: CommandError.keyReused) {
                let actor = CommandActor(accountID: 4, permissions: ["stock.write"])
                return try await desk.run(Restock(item: "tea", amount: 2), by: actor, key: "7")
            }
        }
    }

    @Test("many at once with one key are one", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await withDesk(on: engine) { desk, town in
            let answers = try await withThrowingTaskGroup(of: CommandOutcome<JSONValue>.self) { group in
                for _ in 0..<16 {
                    group.addTask { try await desk.run(Restock(item: "tea", amount: 1), by: .program, key: "k") }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { !$0.isRepeated } == 1 && answers.allSatisfy { $0.answer == ["total": 1] })
            #expect(try await events(town) == 1)
        }
    }

    @Test("refuses what is not valid or not allowed, and leaves nothing behind", arguments: TestEngine.available)
    func refuses(engine: TestEngine) async throws {
        try await withDesk(on: engine) { desk, town in
            let clerk = CommandActor(accountID: 3, permissions: ["stock.write"])
            let guest = CommandActor(accountID: 4, permissions: [])
            await #expect(throws: Planned.self) {
                try await desk.run(Restock(item: "tea", amount: 0), by: clerk, key: "1")
            }
            await #expect(throws: CommandError.forbidden(permission: "stock.write")) {
                try await desk.run(Restock(item: "tea", amount: 1), by: guest, key: "1")
            }
            await #expect(throws: CommandError.forbidden(permission: "gold")) {
                try await desk.run(Restock(item: "gold", amount: 1), by: clerk, key: "1")
            }
            await #expect(throws: Planned.self) {
                try await desk.run(Restock(item: "lead", amount: 1), by: clerk, key: "1")
            }
            let told = try await events(town)
            #expect(told == 0)
            #expect(try await desk.run(Restock(item: "tea", amount: 1), by: clerk, key: "1").answer == ["total": 1])
        }
    }

    @Test("answers are forgotten after a while", arguments: TestEngine.available)
    func prunes(engine: TestEngine) async throws {
        try await withDesk(on: engine) { desk, town in
            try await desk.run(Restock(item: "tea", amount: 1), by: .program, key: "1")
            town.clock.advance(by: .days(8))
            try await desk.run(Restock(item: "tea", amount: 1), by: .program, key: "2")
            #expect(try await town.database.write { try desk.prune(at: town.clock.now(), in: $0) } == 1)
            let again = try await desk.run(Restock(item: "tea", amount: 1), by: .program, key: "1")
            #expect(!again.isRepeated)
        }
    }
}
