import PorticoTelemetry
import PorticoValues
import Testing

@testable import PorticoRealtime

/// What a mailbox tells while topics come and go.
@Suite struct TopicMailboxTests {
    @Test("what comes of a topic waits until what was missed of it is told; what comes of others goes on until then")
    func holds() {
        let hub = testHub()
        let mailbox = hub.mailbox(comesPerTopic: true)
        _ = hub.join(mailbox, ["a": "a"], .now)
        mailbox.hold("b")
        hub.publish([event(1, "a")])
        #expect(mailbox.waiting() == [#"{"id":1}"#])
        _ = hub.join(mailbox, ["b": "b"], .now)
        hub.publish([event(2, "b"), event(3, "a")])
        #expect(!mailbox.hasSomething)
        #expect(mailbox.waiting().isEmpty)
        mailbox.release()
        #expect(mailbox.waiting() == [#"{"id":2}"#, #"{"id":3}"#])
    }

    @Test("what waits of a topic is gone with it, so that it does not come twice when it is watched anew")
    func ignores() {
        let hub = testHub()
        let mailbox = hub.mailbox(comesPerTopic: true)
        _ = hub.join(mailbox, ["a": "a", "b": "b"], .now)
        hub.publish([event(1, "a"), event(2, "b")])
        hub.leave(mailbox, "a")
        #expect(mailbox.waiting() == [#"{"id":2}"#])
    }

    @Test("one that has left does not come back, for nobody would take it out again")
    func staysAway() {
        let hub = testHub()
        let mailbox = hub.mailbox()
        hub.leave(mailbox)
        _ = hub.join(mailbox, ["a": "a"], .now)
        #expect(hub.count == 0)
        #expect(!hub.hasSubscribers(of: ["a"]))
    }

    @Test("one that was cut off does not come back, and its topics are counted off once")
    func cut() {
        let hub = testHub {
            $0.batchSpan = .milliseconds(0)
            $0.capacity = 1
        }
        let mailbox = hub.mailbox(comesPerTopic: true)
        _ = hub.join(mailbox, ["a": "a"], .now)
        hub.publish([event(1, "a"), event(2, "a")])
        _ = hub.join(mailbox, ["b": "b"], .now)
        hub.leave(mailbox)
        #expect(hub.count == 0)
        #expect(hub.metrics.subscriptions.value == 0)
    }
}
