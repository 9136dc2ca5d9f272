import Testing

@testable import PorticoRealtime

@Suite struct TopicQueueTests {
    private func delivery(_ number: Int64, key: String? = nil, topic: String = "a") -> TopicMailbox.Delivery {
        TopicMailbox.Delivery(message: passing(number, topic, key: key), topic: topic)
    }

    /// Adds one, and expects it to replace one or not.
    private func add(_ delivery: TopicMailbox.Delivery, to queue: inout TopicQueue, replaces: Bool = false) {
        let replaced = queue.add(delivery)
        #expect(replaced == replaces)
    }

    private func drain(_ queue: inout TopicQueue) -> [String] {
        var data: [String] = []
        while let next = queue.next() { data.append(String(decoding: next.message.data, as: UTF8.self)) }
        return data
    }

    @Test("keeps order, and counts what waits")
    func order() {
        var queue = TopicQueue()
        for number in 1...3 { add(delivery(Int64(number)), to: &queue) }
        #expect(queue.count == 3)
        let data = drain(&queue)
        #expect(data == [#"{"n":1}"#, #"{"n":2}"#, #"{"n":3}"#])
        #expect(queue.count == 0)
        #expect(queue.bytes == 0)
    }

    @Test("holds no memory for what has gone, also where it is never empty")
    func forgets() {
        var queue = TopicQueue()
        _ = queue.add(delivery(0))
        for number in 1...10_000 {
            add(delivery(Int64(number), key: "k\(number % 5)"), to: &queue)
            let next = queue.next()
            #expect(next?.message.data == Array(#"{"n":\#(number - 1)}"#.utf8))
        }
        #expect(queue.count == 1)
        #expect(queue.places < 1000)
    }

    @Test("a newer message takes the place of an older one of its key, at the end")
    func replaces() {
        var queue = TopicQueue()
        _ = queue.add(delivery(1, key: "k"))
        _ = queue.add(delivery(2))
        add(delivery(3, key: "k"), to: &queue, replaces: true)
        add(delivery(4, key: "k", topic: "b"), to: &queue)
        #expect(queue.count == 3)
        let data = drain(&queue)
        #expect(data == [#"{"n":2}"#, #"{"n":3}"#, #"{"n":4}"#])
        add(delivery(5, key: "k"), to: &queue)
    }

    @Test("what was replaced takes no room, however often it happens")
    func compacts() {
        var queue = TopicQueue()
        _ = queue.add(delivery(0))
        for number in 1...10_000 { _ = queue.add(delivery(Int64(number), key: "k\(number % 3)")) }
        #expect(queue.count == 4)
        let data = drain(&queue)
        #expect(data == [#"{"n":0}"#, #"{"n":9998}"#, #"{"n":9999}"#, #"{"n":10000}"#])
    }

    @Test("what waits of one topic can be taken out")
    func drops() {
        var queue = TopicQueue()
        for topic in ["a", "b", "a"] { _ = queue.add(delivery(1, key: "k", topic: topic)) }
        _ = queue.add(delivery(2, topic: "a"))
        queue.drop { $0.topic == "a" }
        #expect(queue.count == 1)
        add(delivery(3, key: "k"), to: &queue)
        let data = drain(&queue)
        #expect(data == [#"{"n":1}"#, #"{"n":3}"#])
        #expect(queue.bytes == 0)
    }

    @Test("what was added last can be taken back")
    func takesBack() {
        var queue = TopicQueue()
        _ = queue.add(delivery(1, key: "k"))
        _ = queue.add(delivery(2, key: "l"))
        queue.dropLast()
        #expect(queue.count == 1)
        add(delivery(3, key: "l"), to: &queue)
        let data = drain(&queue)
        #expect(data == [#"{"n":1}"#, #"{"n":3}"#])
    }
}
