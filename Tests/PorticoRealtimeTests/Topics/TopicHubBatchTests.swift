import PorticoEvents
import PorticoJSON
import PorticoTelemetry
import PorticoValues
import Testing

@testable import PorticoRealtime

@Suite struct TopicHubBatchTests {
    @Test("a message leaves at once when none left before, others gather until the span is over")
    func batches() {
        let time = TestTiming()
        let hub = testHub(timing: time.timing) { $0.batchSpan = .milliseconds(100) }
        let mailbox = hub.subscribe(["a"]).mailbox
        hub.publish([event(1, "a")])
        #expect(mailbox.waiting() == [#"{"id":1}"#])
        time.advance(milliseconds: 40)
        hub.publish([event(2, "a")])
        hub.publish([event(3, "a")])
        #expect(mailbox.waiting() == [])
        #expect(time.planned == 1)
        time.advance(milliseconds: 60)
        #expect(mailbox.waiting() == [#"{"id":2}"#, #"{"id":3}"#])
        time.advance(milliseconds: 100)
        hub.publish([event(4, "a")])
        #expect(mailbox.waiting() == [#"{"id":4}"#])
    }

    @Test("as many messages as a batch holds leave before the span is over")
    func fullBatch() {
        let time = TestTiming()
        let hub = testHub(timing: time.timing) {
            $0.batchSpan = .milliseconds(100)
            $0.batchCount = 3
        }
        let mailbox = hub.subscribe(["a"]).mailbox
        hub.publish([event(1, "a")])
        hub.publish([event(2, "a"), event(3, "a")])
        #expect(mailbox.waiting().count == 1)
        hub.publish([event(4, "a")])
        #expect(mailbox.waiting().count == 3)
        time.advance(milliseconds: 100)
        #expect(mailbox.waiting().isEmpty)
    }

    @Test("a client that takes too little loses states in between and never the last")
    func coalesces() {
        let registry = MetricsRegistry()
        let hub = testHub(metrics: registry)
        let mailbox = hub.subscribe(["a", "b"]).mailbox
        for number in 1...500 { hub.publish([passing(Int64(number), "a", key: "cursor")]) }
        hub.publish([passing(501, "a", key: "other"), passing(502, "b", key: "cursor"), passing(503, "a")])
        #expect(mailbox.waiting() == [#"{"n":500}"#, #"{"n":501}"#, #"{"n":502}"#, #"{"n":503}"#])
        #expect(hub.metrics.coalesced.value == 499)
        hub.publish([passing(504, "a", key: "cursor")])
        #expect(mailbox.waiting() == [#"{"n":504}"#])
    }

    @Test("a client is cut off by bytes as by messages, and only that one")
    func cutByBytes() {
        let hub = testHub {
            $0.batchSpan = .milliseconds(0)
            $0.capacityBytes = 300
        }
        let slow = hub.subscribe(["a"]).mailbox
        let quick = hub.subscribe(["a"]).mailbox
        for id in 1...4 {
            hub.publish([event(Int64(id), "a")])
            #expect(quick.waiting().count == 1)
        }
        #expect(hub.count == 2)
        hub.publish([event(5, "a")])
        #expect(hub.count == 1)
        #expect(slow.waiting().count == 4)
        guard case .end = slow.take() else {
            Issue.record("a mailbox that was cut has an end")
            return
        }
        #expect(hub.metrics.cut.value == 1)
    }

    @Test("counts what is watched, and forgets it")
    func subscriptions() {
        let hub = testHub()
        let first = hub.subscribe(["a", "b"]).mailbox
        let second = hub.subscribe(["a"]).mailbox
        #expect(hub.metrics.subscriptions.value == 3)
        #expect(hub.hasSubscribers(of: ["b", "z"]))
        hub.leave(first, "b")
        #expect(!hub.hasSubscribers(of: ["b"]))
        hub.leave(first)
        hub.leave(first)
        #expect(hub.metrics.subscriptions.value == 1)
        hub.close()
        #expect(hub.metrics.subscriptions.value == 0)
        #expect(hub.count == 0)
        hub.publish([event(1, "a")])
        #expect(second.waiting().isEmpty)
    }

    @Test("a message with several of a client's topics comes once, or once for each where that is wanted")
    func severalTopics() {
        let hub = testHub()
        let once = hub.subscribe(["a", "b"]).mailbox
        let each = hub.mailbox(comesPerTopic: true) {}
        #expect(hub.join(each, ["a": "x", "b": "y"], .now) != nil)
        hub.publish([TopicMessage(position: nil, topics: ["a", "b", "c"], event: "e", data: 1)])
        #expect(once.waiting() == ["1"])
        #expect(each.waiting() == ["1", "1"])
    }
}
