import Glibc
import PorticoRedis
import PorticoTelemetry
import PorticoValues
import Testing

private func message(_ channel: String, _ text: String) -> RedisEvent {
    .message(RedisMessage(channel: channel, payload: Array(text.utf8)))
}

@Suite("Redis topics", .disabled(if: TestRedis.isMissing, "no Redis server"), .timeLimit(.minutes(1)))
struct RedisTopicTests {
    private let url = TestRedis.url ?? ""

    @Test("hears its channels in order, and nothing else")
    func messages() async throws {
        try await withClient(settings(url)) { client in
            let subscriber = RedisSubscriber(client)
            let (one, two, other) = (uniqueName(), uniqueName(), uniqueName())
            let both = subscriber.subscribe(to: [one, two]).makeAsyncIterator()
            #expect(await both.next() == .gap)
            let single = subscriber.subscribe(to: [one]).makeAsyncIterator()
            #expect(await single.next() == .gap)
            for (channel, text) in [(one, "a"), (other, "b"), (two, "c"), (one, "d")] {
                _ = try await client.send(RedisCommand("PUBLISH", channel, text))
            }
            for event in [message(one, "a"), message(two, "c"), message(one, "d")] {
                #expect(await both.next() == event)
            }
            for event in [message(one, "a"), message(one, "d")] { #expect(await single.next() == event) }
            await subscriber.shutdown()
            #expect(await both.next() == nil)
            #expect(await subscriber.subscribe(to: [one]).makeAsyncIterator().next() == nil)
        }
    }

    @Test("leaves channels that nobody listens to any more")
    func leaving() async throws {
        try await withClient(settings(url)) { client in
            let subscriber = RedisSubscriber(client)
            let channel = uniqueName()
            let stays = subscriber.subscribe(to: [channel + "x"])
            let leaves = subscriber.subscribe(to: [channel])
            #expect(await leaves.makeAsyncIterator().next() == .gap)
            leaves.cancel()
            #expect(await leaves.makeAsyncIterator().next() == nil)
            try await eventually { try await client.send(RedisCommand("PUBLISH", channel, "x")) == .number(0) }
            #expect(await stays.makeAsyncIterator().next() == .gap)
            await subscriber.shutdown()
        }
    }

    @Test("loses what a slow reader has no room for, and says so")
    func overflow() async throws {
        let registry = MetricsRegistry()
        try await withClient(settings(url, metrics: registry)) { client in
            let subscriber = RedisSubscriber(client)
            let channel = uniqueName()
            let slow = subscriber.subscribe(to: [channel], buffer: 3).makeAsyncIterator()
            let quick = subscriber.subscribe(to: [channel]).makeAsyncIterator()
            #expect(await slow.next() == .gap)
            #expect(await quick.next() == .gap)
            for number in 0..<4 { _ = try await client.send(RedisCommand("PUBLISH", channel, number)) }
            for number in 0..<4 { #expect(await quick.next() == message(channel, "\(number)")) }
            #expect(await slow.next() == .gap)
            _ = try await client.send(RedisCommand("PUBLISH", channel, "later"))
            #expect(await slow.next() == message(channel, "later"))
            await subscriber.shutdown()
        }
        let text = String(decoding: registry.prometheusText(), as: UTF8.self)
        #expect(text.contains("portico_redis_gaps_total 3"))
    }

    @Test("ends a reader's wait when its task is cancelled")
    func cancellation() async throws {
        try await withClient(settings(url)) { client in
            let subscriber = RedisSubscriber(client)
            let subscription = subscriber.subscribe(to: [uniqueName()])
            let reader = Task {
                var events: [RedisEvent] = []
                for await event in subscription { events.append(event) }
                return events
            }
            reader.cancel()
            #expect(await reader.value.count <= 1)
            await subscriber.shutdown()
        }
    }

    @Test("subscribes again after a loss and tells of the gap", .enabled(if: ServerProcess.isInstalled))
    func loss() async throws {
        let server = try ServerProcess()
        try await withClient(settings(server.url)) { client in
            let subscriber = RedisSubscriber(client)
            let events = subscriber.subscribe(to: ["a", "b"]).makeAsyncIterator()
            #expect(await events.next() == .gap)
            for _ in 0..<2 {
                server.crash()
                #expect(await events.next() == .interrupted)
                try server.restart()
                #expect(await events.next() == .gap)
                try await eventually { (try? await client.send(RedisCommand("PUBLISH", "b", "back"))) != nil }
                #expect(await events.next() == message("b", "back"))
            }
            await subscriber.shutdown()
        }
    }

    @Test("notices a connection that has gone silent", .enabled(if: ServerProcess.isInstalled))
    func silence() async throws {
        let server = try ServerProcess()
        var configuration = settings(server.url)
        configuration.heartbeat = .milliseconds(20)
        configuration.timeout = .milliseconds(100)
        configuration.hardTimeout = .milliseconds(100)
        try await withClient(configuration) { client in
            let subscriber = RedisSubscriber(client)
            let events = subscriber.subscribe(to: ["a"]).makeAsyncIterator()
            #expect(await events.next() == .gap)
            server.signal(SIGSTOP)
            #expect(await events.next() == .interrupted)
            server.signal(SIGCONT)
            #expect(await events.next() == .gap)
            await subscriber.shutdown()
        }
    }
}

@Suite("Redis backplane", .disabled(if: TestRedis.isMissing, "no Redis server"), .timeLimit(.minutes(1)))
struct RedisBackplaneTests {
    @Test("tells the other nodes and not its own")
    func notices() async throws {
        try await withClient(settings(TestRedis.url ?? "")) { client in
            let prefix = uniqueName()
            let (one, two) = (RedisBackplane(client, prefix: prefix), RedisBackplane(client, prefix: prefix))
            let (atOne, atTwo) = (one.events(), two.events(about: ["sessions"]))
            let (first, second) = (atOne.makeAsyncIterator(), atTwo.makeAsyncIterator())
            #expect(await first.next() == .gap)
            #expect(await second.next() == .gap)
            try await one.send([1], about: "tags")
            try await one.send([2], about: "sessions")
            try await two.send([3], about: "tags")
            #expect(
                await second.next() == .notice(RedisNotice(topic: "sessions", origin: one.origin, payload: [2])))
            #expect(await first.next() == .notice(RedisNotice(topic: "tags", origin: two.origin, payload: [3])))
            await one.shutdown()
            await two.shutdown()
            #expect(await first.next() == nil)
        }
    }

    @Test("refuses notices that are none")
    func bounds() async throws {
        try await withClient(settings(TestRedis.url ?? "")) { client in
            let backplane = RedisBackplane(client, prefix: uniqueName())
            await #expect(throws: RedisError.self) { try await backplane.send([], about: "") }
            let large = [UInt8](repeating: 0, count: RedisBackplane.largestPayload + 1)
            await #expect(throws: RedisError.self) { try await backplane.send(large, about: "t") }
            await backplane.shutdown()
        }
    }

    @Test("ignores what others write to its channel")
    func strangers() async throws {
        try await withClient(settings(TestRedis.url ?? "")) { client in
            let prefix = uniqueName()
            let (backplane, other) = (RedisBackplane(client, prefix: prefix), RedisBackplane(client, prefix: prefix))
            let events = backplane.events().makeAsyncIterator()
            #expect(await events.next() == .gap)
            for stray in [[], [9], [1] + [UInt8](repeating: 255, count: 40)] as [[UInt8]] {
                _ = try await client.send(RedisCommand("PUBLISH", "\(prefix):notices", stray))
            }
            try await other.send([7], about: "t")
            #expect(await events.next() == .notice(RedisNotice(topic: "t", origin: other.origin, payload: [7])))
            await backplane.shutdown()
        }
    }

    @Test("tells the others of a gap after it could not send", .enabled(if: ServerProcess.isInstalled))
    func owedGap() async throws {
        let server = try ServerProcess()
        try await withClient(settings(server.url)) { listening in
            try await withClient(settings(server.url)) { sending in
                let (one, two) = (RedisBackplane(listening), RedisBackplane(sending))
                let events = one.events().makeAsyncIterator()
                #expect(await events.next() == .gap)
                _ = try await sending.ping()
                // Only the sender is cut off: the server refuses it everything.
                let refuse = RedisCommand("ACL", "SETUSER", "default", "-publish")
                _ = try await listening.send(refuse)
                await #expect(throws: RedisError.self) { try await two.send([1], about: "t") }
                _ = try await listening.send(RedisCommand("ACL", "SETUSER", "default", "+publish"))
                try await two.send([2], about: "t")
                #expect(await events.next() == .gap)
                #expect(await events.next() == .notice(RedisNotice(topic: "t", origin: two.origin, payload: [2])))
                await one.shutdown()
            }
        }
    }
}
