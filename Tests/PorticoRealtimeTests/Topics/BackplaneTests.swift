import Glibc
import PorticoEvents
import PorticoRedis
import PorticoTelemetry
import PorticoValues
import Synchronization
import Testing

@testable import PorticoRealtime

/// Two hubs of two nodes.
private struct Nodes {
    let here: TopicHub
    let there: TopicHub

    /// Runs `body` while both listen.
    func listening(_ body: () async -> Void) async {
        let tasks = [Task { await here.listen() }, Task { await there.listen() }]
        await body()
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    /// Broadcasts until the other node hears, as both may still be connecting.
    func meet() async {
        let bell = EventBell()
        let mailbox = there.mailbox { bell.ring() }
        _ = there.join(mailbox, ["hello": "hello"], .now)
        while !mailbox.hasSomething, !Task.isCancelled {
            await here.broadcast([passing(0, "hello")])
            await bell.wait(atMost: .milliseconds(50))
        }
        there.leave(mailbox)
    }

    func conform() async {
        await listening {
            await meet()
            let own = here.subscribe(["a"])
            let other = there.subscribe(["a"])
            for number in 1...5 { await here.broadcast([passing(Int64(number), "a")]) }
            await here.broadcast([event(9, "a")])
            var heard: [String] = []
            var iterator = other.deliveries.makeAsyncIterator()
            while heard.count < 5, case .message(let message) = await iterator.next() {
                heard.append(String(decoding: message.data, as: UTF8.self))
            }
            #expect(heard == (1...5).map { #"{"n":\#($0)}"# })
            #expect(own.mailbox.waiting().count == 6)
            #expect(here.metrics.travelled.value >= 6)
        }
    }
}

@Suite(.timeLimit(.minutes(10))) struct BackplaneTests {
    static let server = getenv("PORTICO_TEST_REDIS").map { String(cString: $0) }

    @Test("passing messages reach the hubs of one process in order, each once, and events don't travel")
    func local() async {
        let exchange = LocalTopicBackplane.Exchange()
        let nodes = Nodes(
            here: testHub(backplane: LocalTopicBackplane(exchange)),
            there: testHub(backplane: LocalTopicBackplane(exchange)))
        await nodes.conform()
        #expect(exchange.count == 0)
    }

    @Test("they do the same over Redis", .enabled(if: server != nil, "PORTICO_TEST_REDIS names no server"))
    func redis() async throws {
        let client = try RedisClient(.init(url: try #require(BackplaneTests.server)))
        let prefix = "test-\(UInt64.random(in: 0 ... .max))"
        let planes = (RedisTopicBackplane(client, prefix: prefix), RedisTopicBackplane(client, prefix: prefix))
        let nodes = Nodes(here: testHub(backplane: planes.0), there: testHub(backplane: planes.1))
        await nodes.conform()
        await planes.0.shutdown()
        await planes.1.shutdown()
        await client.shutdown()
    }

    @Test("after a gap nobody goes on from passing messages")
    func gap() async throws {
        struct Gappy: TopicBackplane {
            func send(_ message: [UInt8]) async {}
            func receive(_ take: @escaping @Sendable (TopicBackplaneEvent) -> Void) async { take(.gap) }
        }
        let hub = testHub(backplane: Gappy())
        hub.publish([event(1, "a"), passing(1, "a", isKept: true)])
        let mailbox = hub.subscribe(["a"]).mailbox
        hub.publish([passing(2, "a", isKept: true)])
        guard case .delivery(let delivery) = mailbox.take(), let point = delivery.message.id.flatMap(ResumePoint.init)
        else {
            Issue.record("a kept message has an id")
            return
        }
        #expect(hub.join(hub.mailbox {}, ["a": "a"], .after(point)) != nil)
        await hub.listen()
        #expect(hub.join(hub.mailbox {}, ["a": "a"], .after(point)) == nil)
    }
}
