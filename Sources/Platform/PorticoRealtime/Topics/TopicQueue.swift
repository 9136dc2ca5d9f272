/// Messages in order, of which newer ones replace older ones of their key.
struct TopicQueue: Sendable {
    private struct Key: Hashable {
        let topic: String
        let key: String
    }

    /// Nil where a newer message has replaced one.
    private var entries: [TopicMailbox.Delivery?] = []
    private var first = 0
    private var latest: [Key: Int] = [:]
    /// Messages that wait.
    private(set) var count = 0
    /// Roughly the bytes they take.
    private(set) var bytes = 0

    /// Places that hold memory, those of messages that have gone among them.
    var places: Int { entries.count }

    /// Appends a message.
    /// - Returns: whether it replaced one.
    mutating func add(_ delivery: TopicMailbox.Delivery) -> Bool {
        var replaces = false
        if let key = TopicQueue.key(of: delivery) {
            // The newer one goes to the end: ids rise from message to message.
            if let older = latest[key] {
                remove(at: older)
                replaces = true
            }
            latest[key] = entries.count
        }
        entries.append(delivery)
        count += 1
        bytes += delivery.message.cost
        if entries.count - first > 2 * count + 64 { compact() }
        return replaces
    }

    /// Takes back what was added last.
    mutating func dropLast() {
        guard let last = entries.last, let delivery = last else { return }
        if let key = TopicQueue.key(of: delivery) { latest[key] = nil }
        remove(at: entries.count - 1)
        entries.removeLast()
    }

    /// Takes out what is not to be told any more.
    mutating func drop(where isStale: (TopicMailbox.Delivery) -> Bool) {
        for index in entries.indices.dropFirst(first) where entries[index].map(isStale) ?? false {
            if let key = entries[index].flatMap(TopicQueue.key) { latest[key] = nil }
            remove(at: index)
        }
    }

    /// Takes the oldest message out.
    mutating func next() -> TopicMailbox.Delivery? {
        while first < entries.count {
            let index = first
            first += 1
            guard let entry = entries[index] else { continue }
            if let key = TopicQueue.key(of: entry) { latest[key] = nil }
            remove(at: index)
            // A client that is always a little behind never empties the queue.
            if first > 256, first > entries.count / 2 { compact() }
            return entry
        }
        // An idle client holds no memory for messages.
        entries = []
        first = 0
        return nil
    }

    private mutating func remove(at index: Int) {
        guard let entry = entries[index] else { return }
        entries[index] = nil
        count -= 1
        bytes -= entry.message.cost
    }

    private mutating func compact() {
        entries = entries[first...].filter { $0 != nil }
        first = 0
        latest = [:]
        for (index, entry) in entries.enumerated() {
            if let key = entry.flatMap(TopicQueue.key) { latest[key] = index }
        }
    }

    private static func key(of delivery: TopicMailbox.Delivery) -> Key? {
        delivery.message.key.map { Key(topic: delivery.topic, key: $0) }
    }
}
