import PorticoPostgreSQL
import PorticoSQL
import PorticoValues
import Testing

@Suite(.enabled(if: PostgreSQLServer.isPresent && !PostgreSQLServer.isPooled), .timeLimit(.minutes(10)))
struct PostgreSQLNotificationTests {
    @Test("delivers what was committed on the channel, in order, and nothing else")
    func delivery() async throws {
        try await PostgreSQLServer.withEngine { engine, database in
            let (payloads, continuation) = AsyncStream.makeStream(of: String.self)
            let subscription = try await engine.listen(channel: "Channel \"one\"") { continuation.yield($0) }
            for payload in ["first", "second"] {
                try await Self.notify("Channel \"one\"", payload, database)
            }
            struct Stop: Error {}
            try? await database.write { transaction in
                try transaction.execute("notify", "SELECT pg_notify('Channel \"one\"', 'undone')")
                throw Stop()
            }
            try await Self.notify("other", "elsewhere", database)
            try await Self.notify("Channel \"one\"", "third", database)
            var iterator = payloads.makeAsyncIterator()
            #expect(await iterator.next() == "first")
            #expect(await iterator.next() == "second")
            #expect(await iterator.next() == "third")
            subscription.cancel()
        }
    }

    @Test("after a lost connection it says that something may have been missed, and goes on")
    func reconnect() async throws {
        try await PostgreSQLServer.withEngine { engine, database in
            let channel = "c_\(UInt64.random(in: 0...UInt64.max))"
            let (payloads, continuation) = AsyncStream.makeStream(of: String.self)
            let subscription = try await engine.listen(channel: channel) { continuation.yield($0) }
            let killed = try await database.fetchAll(
                "kill",
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE query = \("LISTEN \"\(channel)\"")"
            ) { try $0[0] as Bool }
            #expect(killed == [true])
            var iterator = payloads.makeAsyncIterator()
            #expect(await iterator.next() == "")
            try await Self.notify(channel, "again", database)
            #expect(await iterator.next() == "again")
            subscription.cancel()
        }
    }

    @Test("several subscriptions hear the same channel until they end")
    func severalSubscriptions() async throws {
        try await PostgreSQLServer.withEngine { engine, database in
            let channel = "c_\(UInt64.random(in: 0...UInt64.max))"
            let (firstPayloads, first) = AsyncStream.makeStream(of: String.self)
            let (secondPayloads, second) = AsyncStream.makeStream(of: String.self)
            let one = try await engine.listen(channel: channel) { first.yield($0) }
            let other = try await engine.listen(channel: channel) { second.yield($0) }
            try await Self.notify(channel, "both", database)
            var firstIterator = firstPayloads.makeAsyncIterator()
            var secondIterator = secondPayloads.makeAsyncIterator()
            #expect(await firstIterator.next() == "both")
            #expect(await secondIterator.next() == "both")
            one.cancel()
            try await Self.notify(channel, "second only", database)
            #expect(await secondIterator.next() == "second only")
            first.finish()
            #expect(await firstIterator.next() == nil)
            other.cancel()
        }
    }

    @Test("nobody can subscribe after the end")
    func closed() async throws {
        try await PostgreSQLServer.withEngine { engine, _ in
            await engine.close()
            let error = await sqlError { _ = try await engine.listen(channel: "c") { _ in } }
            #expect(error?.code == .unavailable)
        }
    }

    private static func notify(_ channel: String, _ payload: String, _ database: Database) async throws {
        try await database.write { _ = try $0.execute("notify", "SELECT pg_notify(\(channel), \(payload))") }
    }
}
