import Glibc
import PorticoJSON
import PorticoTesting
import Testing

/// What other programs get of events by streams in Redis.
@Suite(
    "Events for other programs",
    .enabled(if: Program.isThereWithServer && RedisServer.path != nil, Program.missingServer),
    .timeLimit(.minutes(10)))
struct EventStreamTests {
    @Test("come at least once and in order for each key, whichever node dies, and when Redis loses everything")
    func kills() async throws {
        try await Premises.open(.postgresql) { premises in
            let redis = try RedisServer()
            let server = try await redis.start()
            let settings = redis.arguments + ["--set", "events.stream_groups=\(StreamReader.group)"]
            let first = try await RunningPortico.start(premises, settings)
            let second = try await RunningPortico.start(premises, demo: false, settings)
            let third = try await RunningPortico.start(premises, demo: false, settings)
            let reader = try StreamReader(port: redis.port)
            let reading = Task { await reader.run() }

            let hall = PackingHall(try await Visitor.signedIn(as: "dispatcher", at: first))
            let (there, beyond) = (hall.dispatcher.at(second), hall.dispatcher.at(third))
            var expected: Set<String> = []
            expected.formUnion(try await scan(21, hall, by: [hall.dispatcher, there, beyond]))
            try await arrival(of: expected, at: reader)

            // Whichever of the three has the bridge: another takes it over, and so does the last when two are gone.
            try await first.kill()
            expected.formUnion(try await scan(20, hall, by: [there, beyond]))
            try await arrival(of: expected, at: reader)
            try await third.kill()
            expected.formUnion(try await scan(20, hall, by: [there]))
            try await arrival(of: expected, at: reader)

            expected.formUnion(try await scan(10, hall, by: [there]))
            server.send(SIGKILL)
            _ = try await server.ended()
            expected.formUnion(try await scan(20, hall, by: [there]))
            let again = try await redis.start()
            expected.formUnion(try await scan(10, hall, by: [there]))
            try await arrival(of: expected, at: reader)

            reader.stop()
            await reading.value
            for ids in reader.order { #expect(ids == ids.sorted()) }
            #expect(!reader.kinds.contains { $0.hasPrefix("cache.") })
            #expect(!again.isOver)
            try await second.stop()
        }
    }

    @Test("a group without a Redis is refused at the start")
    func groupsWithoutRedis() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let child = try Program.start(
            ["serve", "bags", "--data", folder.path, "--set", "events.stream_groups=ledger"])
        #expect(try await child.ended() != .status(0))
        #expect(child.errors.contains("events.stream_groups"))
        #expect(child.errors.contains("redis.url"))
    }

    /// Scans new bags, at one visitor's node after the other.
    /// - Returns: their codes.
    private func scan(_ count: Int, _ hall: PackingHall, by visitors: [Visitor]) async throws -> [String] {
        let sack = try await hall.registeredSack(by: visitors[0])
        var codes: [String] = []
        for number in 0..<count {
            let attempt = hall.attempt(into: sack)
            let answer = try await hall.scan(attempt, by: visitors[number % visitors.count])
            guard answer.status == 201 else {
                throw Disconnected(description: "a scan gave \(answer.status): \(answer.text)")
            }
            codes.append(attempt.code)
        }
        return codes
    }

    /// A bridge changes hands when its lease is over, a quarter of a minute after the last sign of life.
    private func arrival(of codes: Set<String>, at reader: StreamReader) async throws {
        try await eventually("all events at the other program") { codes.isSubset(of: reader.codes) }
    }
}

extension PackingHall {
    /// Registers an empty sack at somebody's node.
    fileprivate func registeredSack(by visitor: Visitor) async throws -> String {
        let sack = unregisteredSack()
        let answer = try await visitor.post("/scans/parent", ["code": .string(sack)])
        guard answer.status == 201 else {
            throw Disconnected(description: "registering a sack gave \(answer.status): \(answer.text)")
        }
        return sack
    }
}
