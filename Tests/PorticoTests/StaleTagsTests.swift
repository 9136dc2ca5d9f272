import Logging
import Portico
import PorticoTesting
import Testing

/// What a change makes stale, on the node of the change and on the others.
@Suite(.timeLimit(.minutes(10))) struct StaleTagsTests {
    private static let board = SchemaComponent(
        name: "board",
        migrations: [
            Migration(1, "notices") { dialect in
                """
                CREATE TABLE notices (id \(dialect.integer) NOT NULL PRIMARY KEY, text \(dialect.text) NOT NULL)
                \(dialect.strict);
                INSERT INTO notices (id, text) VALUES (1, 'first'), (2, 'second');
                """
            }
        ])

    /// A node with copies of its own.
    private struct Desk {
        let database: Database
        let caches: CacheRegistry
        let outbox = EventOutbox()
        let stale: StaleTags
        let relay: EventRelay
        private let notices: Cache<Int64, String>

        init(_ database: Database, shared: LocalSharedCache? = nil, exchange: LocalExchange? = nil) {
            self.database = database
            var configuration = CacheRegistry.Configuration()
            configuration.shared = shared
            configuration.backplane = exchange?.backplane()
            caches = CacheRegistry(configuration)
            stale = StaleTags(outbox: outbox, caches: caches)
            notices = Cache(CachePolicy("notices", ttl: .hours(1)), in: caches, codec: .text)
            relay = EventRelay(
                database: database, outbox: outbox, clock: Clock(standingAt: Instant(seconds: 1000)),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
                application: "test", projections: [], listeners: [stale.listener])
        }

        func text(_ id: Int64) async throws -> String {
            try await notices.value(for: id) { [database] load in
                load.tags = ["notice:\(id)"]
                return try await database.read {
                    try $0.scalar("notice", "SELECT text FROM notices WHERE id = \(id)", as: String.self)
                } ?? ""
            }
        }

        func change(_ id: Int64, to text: String, commits: Bool = true) async throws {
            try await database.write { [stale] transaction in
                try transaction.execute("change", "UPDATE notices SET text = \(text) WHERE id = \(id)")
                try stale.declare(["notice:\(id)"], at: Instant(seconds: 1000), in: transaction)
                if !commits { throw Mistake() }
            }
        }
    }

    private struct Mistake: Error {}

    /// Waits until all desks have been given every event that is committed now.
    private func settle(_ desks: [Desk]) async throws {
        let last = try await desks[0].database.read {
            try $0.scalar("last", "SELECT max(id) FROM event_outbox", as: Int64.self)
        }
        let end = EventPosition(id: last ?? 0)
        for desk in desks { while (desk.outbox.delivered ?? .start) < end { await Task.yield() } }
    }

    /// Three nodes that hear of each other by the events of one database.
    private func withDesks(on engine: TestEngine, _ body: @Sendable ([Desk]) async throws -> Void) async throws {
        try await withDatabase(on: engine, components: [EventSchema.component, Self.board]) { database in
            let desks = (0..<3).map { _ in Desk(database) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for desk in desks { group.addTask { await desk.relay.run() } }
                for desk in desks { while desk.outbox.delivered == nil { await Task.yield() } }
                try await body(desks)
                group.cancelAll()
            }
        }
    }

    @Test("a change shows at once where it was made, and at the others with its event", arguments: TestEngine.available)
    func changes(engine: TestEngine) async throws {
        try await withDesks(on: engine) { desks in
            for round in 0..<9 {
                let (writer, text) = (desks[round % 3], "change \(round)")
                for desk in desks { _ = try await desk.text(1) }
                try await writer.change(1, to: text)
                #expect(try await writer.text(1) == text)
                for desk in desks { while try await desk.text(1) != text { await Task.yield() } }
            }
        }
    }

    @Test("what is made anew after a change is not made again for its event", arguments: TestEngine.available)
    func once(engine: TestEngine) async throws {
        try await withDesks(on: engine) { desks in
            for round in 1...3 {
                try await desks[0].change(1, to: "change \(round)")
                #expect(try await desks[0].text(1) == "change \(round)")
                try await settle(desks)
                #expect(try await desks[0].text(1) == "change \(round)")
                #expect(desks[0].caches.statistics.first?.loads == round)
            }
        }
    }

    @Test("a change of the same by another node counts beside one's own", arguments: TestEngine.available)
    func between(engine: TestEngine) async throws {
        try await withDesks(on: engine) { desks in
            try await desks[0].change(1, to: "mine")
            #expect(try await desks[0].text(1) == "mine")
            try await desks[1].change(1, to: "theirs")
            try await settle(desks)
            #expect(try await desks[0].text(1) == "theirs")
            try await desks[0].change(1, to: "mine again")
            try await settle(desks)
            for desk in desks { #expect(try await desk.text(1) == "mine again") }
        }
    }

    @Test("what a process declared before it died is news to the one that follows it", arguments: TestEngine.available)
    func successor(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [EventSchema.component, Self.board]) { database in
            let (dead, heir) = (Desk(database), Desk(database))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await heir.relay.run() }
                while heir.outbox.delivered == nil { await Task.yield() }
                try await heir.change(1, to: "first")
                _ = try await heir.text(1)
                try await dead.change(1, to: "last words")
                try await settle([heir])
                #expect(try await heir.text(1) == "last words")
                group.cancelAll()
            }
        }
    }

    @Test("an event whose writer named it in another way is outdated each time", arguments: TestEngine.available)
    func unnamed(engine: TestEngine) async throws {
        try await withDesks(on: engine) { desks in
            for round in 1...2 {
                let text = "unnamed \(round)"
                _ = try await desks[0].text(1)
                try await desks[0].database.write { [outbox = desks[0].outbox] transaction in
                    try transaction.execute("change", "UPDATE notices SET text = \(text) WHERE id = 1")
                    try outbox.publish(
                        Event(
                            "cache.invalidated", key: "tags", payload: ["tags": ["notice:1"]],
                            at: Instant(seconds: 1000)), in: transaction)
                }
                try await settle(desks)
                #expect(try await desks[0].text(1) == text)
            }
        }
    }

    @Test("who shares a tier 2 and hears the writer sees a change before any event", arguments: TestEngine.available)
    func toldAtOnce(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [EventSchema.component, Self.board]) { database in
            let (shared, exchange) = (LocalSharedCache(), LocalExchange())
            let desks = (0..<3).map { _ in Desk(database, shared: shared, exchange: exchange) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for desk in desks { group.addTask { await desk.caches.run() } }
                // No relay runs: what is seen was told by the writer itself.
                for round in 0..<9 {
                    let (writer, text) = (desks[round % 3], "change \(round)")
                    for desk in desks { _ = try await desk.text(1) }
                    try await writer.change(1, to: text)
                    #expect(try await writer.text(1) == text)
                    for desk in desks { while try await desk.text(1) != text { await Task.yield() } }
                }
                group.cancelAll()
            }
        }
    }

    @Test("what is rolled back makes nothing stale, and other copies stay", arguments: TestEngine.available)
    func rollback(engine: TestEngine) async throws {
        try await withDesks(on: engine) { desks in
            for id in [1, 2] as [Int64] { _ = try await desks[0].text(id) }
            let before = desks[0].caches.tags.moment
            await #expect(throws: (any Error).self) { try await desks[0].change(1, to: "lost", commits: false) }
            #expect(desks[0].caches.tags.moment == before)
            try await desks[1].change(1, to: "kept")
            while try await desks[0].text(1) != "kept" { await Task.yield() }
            let loads = desks[0].caches.statistics.first?.loads
            #expect(try await desks[0].text(2) == "second")
            #expect(desks[0].caches.statistics.first?.loads == loads)
        }
    }

    @Test("tier 2 gives nobody back what a change has outdated before it was told", arguments: TestEngine.available)
    func untoldTier(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [EventSchema.component, Self.board]) { database in
            // No relay runs: it is the moment between the commit and its event.
            let desk = Desk(database, shared: LocalSharedCache())
            for round in 0..<3 {
                _ = try await desk.text(1)
                try await desk.change(1, to: "change \(round)")
                #expect(try await desk.text(1) == "change \(round)")
            }
        }
    }

    @Test("a node that starts outdates what others may have died of telling", arguments: TestEngine.available)
    func heirs(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [EventSchema.component, Self.board]) { database in
            let shared = LocalSharedCache()
            let (dead, heir) = (Desk(database, shared: shared), Desk(database, shared: shared))
            _ = try await dead.text(1)
            try await dead.change(1, to: "last words")
            try await heir.stale.repeatDeclared(in: database)
            #expect(try await heir.text(1) == "last words")
        }
    }

    @Test("what a node kept before it heard of changes is not taken for granted", arguments: TestEngine.available)
    func beginnings(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [EventSchema.component, Self.board]) { database in
            let (early, other) = (Desk(database), Desk(database))
            _ = try await early.text(1)
            try await other.change(1, to: "meanwhile")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await early.relay.run() }
                while try await early.text(1) != "meanwhile" { await Task.yield() }
                group.cancelAll()
            }
        }
    }
}
