import PorticoEvents
import PorticoRedis
import PorticoTesting
import PorticoValues
import Testing

@Suite("Redis streams of events", .disabled(if: !ServerProcess.isInstalled, "no redis-server"), .timeLimit(.minutes(5)))
struct RedisEventStreamsTests {
    @Test("does what every transport does")
    func conforms() async throws {
        let server = try ServerProcess()
        try await withClient(settings(server.url)) { client in
            let streams = RedisEventStreams(client, prefix: uniqueName(), partitions: 4)
            try await TransportConformance(streams) {
                server.crash()
                try server.restart()
                try await eventually { (try? await client.ping()) != nil }
            }.run()
        }
    }

    @Test("a partition goes to another consumer when its lease is over")
    func leases() async throws {
        let server = try ServerProcess()
        try await withClient(settings(server.url)) { client in
            let streams = RedisEventStreams(client, prefix: uniqueName(), partitions: 1)
            #expect(try await streams.claim(0, group: "g", consumer: "one", lease: .milliseconds(40)))
            try await eventually { try await streams.claim(0, group: "g", consumer: "two", lease: .seconds(60)) }
            #expect(try await !streams.claim(0, group: "g", consumer: "one", lease: .seconds(60)))
        }
    }

    @Test("streams stay short, and an application's are its own")
    func trims() async throws {
        let server = try ServerProcess()
        try await withClient(settings(server.url)) { client in
            let streams = RedisEventStreams(client, prefix: "one", partitions: 1, length: 1000)
            for start in stride(from: Int64(1), to: 5000, by: 500) {
                try await streams.append(
                    (start..<start + 500).map { TransportConformance.event($0) }, for: ["g"],
                    following: EventPosition(id: start - 1))
            }
            let length = try await client.send(RedisCommand("XLEN", "{one:events}:1:0")).integer ?? 0
            #expect((1000..<2000).contains(length))
            let other = RedisEventStreams(client, prefix: "two", partitions: 1)
            #expect(try await other.standing(of: ["g"]).last == .start)
        }
    }

    @Test("a mark is kept, and beginning anew forgets events and positions")
    func beginsAnew() async throws {
        let server = try ServerProcess()
        try await withClient(settings(server.url)) { client in
            let streams = RedisEventStreams(client, prefix: uniqueName(), partitions: 1)
            #expect(try await streams.epoch() == nil)
            try await streams.begin("one", anew: false)
            try await streams.append((1...5).map { TransportConformance.event($0) }, for: ["g"], following: .start)
            #expect(try await streams.epoch() == "one")
            try await streams.begin("two", anew: false)
            #expect(try await streams.standing(of: ["g"]).last == EventPosition(id: 5))
            try await streams.begin("three", anew: true)
            #expect(try await streams.epoch() == "three")
            #expect(try await streams.standing(of: ["g"]).last == .start)
            try await streams.append([TransportConformance.event(4)], for: ["g"], following: .start)
            let received = try await streams.receive(0, group: "g", consumer: "one", limit: 10)
            #expect(received.map(\.event.position.id) == [4])
        }
    }

    @Test(
        "nothing is lost or out of order on two nodes while Redis is killed and started again",
        arguments: TestEngine.available)
    func killed(engine: TestEngine) async throws {
        let server = try ServerProcess()
        try await withClient(settings(server.url)) { client in
            try await withTown(on: engine) { town in
                let streams = RedisEventStreams(client, prefix: uniqueName(), partitions: 4)
                let handled = try await TransportRoundTrip(town: town, transport: streams).run(150) { number in
                    guard number % 50 == 0 else { return }
                    server.crash()
                    try server.restart()
                }
                #expect(Set(handled) == Set(1...150) && TransportRoundTrip.isOrdered(handled))
            }
        }
    }
}
