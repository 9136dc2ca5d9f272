import PorticoEvents
import PorticoJSON
import PorticoTelemetry
import Testing

@testable import PorticoRealtime

@Suite(.timeLimit(.minutes(10))) struct TopicFilterTests {
    private func scan(_ id: Int64, kind: String, outcome: String = "linked") -> TopicMessage {
        TopicMessage(
            position: EventPosition(id: id), topics: ["a"], event: "scan", data: .integer(id),
            tags: ["kind": kind, "outcome": outcome])
    }

    @Test("a name is a topic and the tags behind it; what does not look like tags is part of the topic")
    func names() {
        let (topic, filter) = TopicFilter.split("area:x;outcome=linked;kind=child")
        #expect(topic == "area:x")
        #expect(filter.tags == ["kind": "child", "outcome": "linked"])
        #expect(filter.name(of: topic) == "area:x;kind=child;outcome=linked")
        for name in ["a", "a;b", "a;", "a;Kind=x", "a;kind=", "a;kind=x;", "a;kind=x;kind=y", ";=x"] {
            let (topic, filter) = TopicFilter.split(name)
            #expect(topic == name && filter.tags.isEmpty, "\(name)")
        }
    }

    @Test("each hears the part that it asked for, and the event is a tag of every message")
    func parts() {
        let hub = testHub()
        let names = ["a", "a;kind=child", "a;kind=child;outcome=linked", "a;event=scan", "a;event=bill", "a;size=big"]
        let mailboxes = names.map { hub.subscribe([$0]).mailbox }
        hub.publish([
            scan(1, kind: "child"), scan(2, kind: "parent"), scan(3, kind: "child", outcome: "duplicate"),
        ])
        #expect(
            mailboxes.map { $0.waiting() } == [["1", "2", "3"], ["1", "3"], ["1"], ["1", "2", "3"], [], []])
        #expect(hub.hasSubscribers(of: ["a"]))
        #expect(hub.metrics.subscriptions.value == 6)
        for mailbox in mailboxes { hub.leave(mailbox) }
        #expect(!hub.hasSubscribers(of: ["a"]))
        #expect(hub.metrics.subscriptions.value == 0)
    }

    @Test("one client may watch several parts, and all of a topic beside them")
    func severalParts() {
        let hub = testHub()
        let once = hub.subscribe(["a;kind=child", "a;outcome=linked"]).mailbox
        let each = hub.mailbox(comesPerTopic: true) {}
        #expect(hub.join(each, ["a;kind=child": "x", "a": "y"], .now) != nil)
        hub.publish([scan(1, kind: "child"), scan(2, kind: "parent")])
        #expect(once.waiting() == ["1", "2"])
        #expect(each.waiting().sorted() == ["1", "1", "2"])
        hub.leave(each, "a")
        hub.publish([scan(3, kind: "parent")])
        #expect(each.waiting().isEmpty)
    }

    @Test("a message is encoded once for all who asked for the same")
    func onceForAll() throws {
        let hub = testHub()
        let mailboxes = (0..<3).map { _ in hub.subscribe(["a;kind=child"]).mailbox }
        hub.publish([scan(1, kind: "child")])
        let frames = mailboxes.compactMap { mailbox -> [UInt8]? in
            guard case .delivery(let delivery) = mailbox.take() else { return nil }
            return delivery.message.frame(of: delivery.topic, window: nil)
        }
        try #require(frames.count == 3)
        // The same bytes in the same place: nothing was made twice.
        let places = frames.map { frame in frame.withUnsafeBytes { $0.baseAddress } }
        #expect(Set(places).count == 1)
    }

    @Test("whoever comes back gets the part of what was missed, from memory and from pages")
    func missed() async throws {
        let hub = testHub()
        hub.publish([scan(5, kind: "child"), scan(6, kind: "parent"), scan(7, kind: "child")])
        let older = [scan(3, kind: "parent"), scan(4, kind: "child")]
        let catchUp = CatchUp(
            hub: hub,
            pages: { request in
                #expect(request.topics == ["a"])
                return ReplayPage(messages: older, through: EventPosition(id: 4), isLast: true)
            })
        for (lastID, expected) in [("5", [7]), ("2", [4, 5, 7])] as [(String, [Int64])] {
            var told: [Int64?] = []
            let isReset = try await catchUp.join(hub.mailbox(), ["a;kind=child": "a"], lastID: lastID) { messages in
                told += messages.map { $0.position?.id }
            }
            #expect(!isReset)
            #expect(told == expected.map { Optional($0) }, "after \(lastID)")
        }
    }

    @Test("tags travel to other nodes")
    func travels() throws {
        let message = TopicMessage(
            position: nil, topics: ["a"], event: "typing", data: 1, tags: ["kind": "note"], isKept: true)
        let back = try #require(TopicMessage(travelling: message.travelling))
        #expect(back.tags == ["kind": "note", "event": "typing"])
    }
}
