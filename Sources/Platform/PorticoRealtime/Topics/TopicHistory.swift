import PorticoEvents

/// The latest messages of a hub, for clients that come back: bounded, in order, and honest about where it begins.
struct TopicHistory: Sendable {
    private let most: Int
    private let mostBytes: Int
    private var entries: [Entry?] = []
    private var first = 0
    private var bytes = 0
    /// All events behind this one are here; nil before the first event.
    private(set) var coveredFrom: EventPosition?
    /// The last event.
    private(set) var newest = EventPosition.start
    /// No event up to here is here any more.
    private var evicted = EventPosition.start
    private var evictedOffset: Int64 = 0
    /// Passing messages so far.
    private(set) var offset: Int64 = 0
    /// Whose offsets they are.
    private(set) var epoch: String

    private struct Entry {
        let message: TopicMessage
        /// Offset of a passing message; 0 for an event.
        let offset: Int64
    }

    init(epoch: String, most: Int, mostBytes: Int) {
        self.epoch = epoch
        self.most = most
        self.mostBytes = mostBytes
    }

    var count: Int { entries.count - first }

    private var held: some Sequence<Entry> { entries[first...].lazy.compactMap { $0 } }

    /// Takes a message over.
    /// - Returns: the message with the id by which clients go on from it.
    mutating func append(_ message: TopicMessage) -> TopicMessage {
        guard message.isKept, !isRepeated(message) else { return message }
        if let position = message.position {
            if coveredFrom == nil { coveredFrom = position }
            newest = max(newest, position)
        } else {
            offset += 1
        }
        let point = ResumePoint(position: message.position ?? newest, epoch: epoch, offset: offset)
        let named = message.identified(by: point.text)
        entries.append(Entry(message: named, offset: message.position == nil ? offset : 0))
        bytes += named.cost
        while count > most || (bytes > mostBytes && count > 0) { evict() }
        return named
    }

    /// Puts events in front that were read elsewhere: all those behind `position`. Nothing happens when there is no room,
    /// or a gap between them and what is here.
    mutating func extend(with messages: [TopicMessage], after position: EventPosition) {
        guard position < coveredFrom ?? EventPosition(id: .max), evicted <= position else { return }
        let begin = held.first { $0.message.position != nil }?.message.position ?? EventPosition(id: .max)
        let older = messages.filter { $0.position.map { $0 < begin } ?? false }
        let size = older.reduce(0) { $0 + $1.cost }
        guard count + older.count <= most, bytes + size <= mostBytes else { return }
        entries = older.map { Entry(message: $0, offset: 0) } + entries[first...]
        first = 0
        bytes += size
        coveredFrom = position
        newest = max(newest, older.last?.position ?? position)
    }

    /// Events may be delivered twice, and be here from a reading already.
    private func isRepeated(_ message: TopicMessage) -> Bool {
        guard let position = message.position, position <= newest else { return false }
        return held.contains { $0.message.position == position }
    }

    /// Begins to count passing messages anew: some were missed, and clients that come back have to load anew.
    mutating func beginEpoch(_ epoch: String) {
        guard offset > 0 else { return }
        self.epoch = epoch
        evictedOffset = offset
    }

    /// Whether everything is here that a client has missed that came as far as `point`.
    func covers(_ point: ResumePoint) -> Bool {
        guard coversOffsets(of: point) else { return false }
        // Before the first event nothing is known of those before it. Who was told passing messages here missed none.
        let begins = coveredFrom ?? (point.epoch == nil ? nil : EventPosition.start)
        guard let begins else { return false }
        return begins <= point.position && point.position <= newest
    }

    /// The same for a client that was just told all events up to `point` from elsewhere.
    func covers(replayedTo point: ResumePoint) -> Bool {
        coversOffsets(of: point) && evicted <= point.position
    }

    /// Whether no passing message is missing for that client.
    func coversOffsets(of point: ResumePoint) -> Bool {
        guard let epoch = point.epoch else { return evictedOffset == 0 }
        return epoch == self.epoch && evictedOffset <= point.offset && point.offset <= offset
    }

    /// What came behind a point, in order, as far as a client is told it in one go.
    struct Part: Sendable {
        var messages: [TopicMessage] = []
        /// The client has everything up to here when it has been told these.
        var through: ResumePoint
        /// Whether nothing is behind it.
        var isWhole = true
    }

    /// What came behind `point`.
    /// - Parameters:
    ///   - most: so many messages at the most.
    ///   - admits: whether a message is for the client.
    func part(after point: ResumePoint, most: Int, where admits: (TopicMessage) -> Bool) -> Part {
        var part = Part(through: point)
        for entry in held {
            let message = entry.message
            guard message.position.map({ $0 > point.position }) ?? (entry.offset > point.offset) else { continue }
            if admits(message) {
                guard part.messages.count < most else {
                    part.isWhole = false
                    return part
                }
                part.messages.append(message)
            }
            if let position = message.position {
                part.through.position = max(part.through.position, position)
            } else {
                part.through = ResumePoint(position: part.through.position, epoch: epoch, offset: entry.offset)
            }
        }
        return part
    }

    private mutating func evict() {
        // The place stays until it is worth moving the others; the message goes at once.
        if let oldest = entries[first].take() {
            bytes -= oldest.message.cost
            if let position = oldest.message.position {
                coveredFrom = max(coveredFrom ?? position, position)
                evicted = max(evicted, position)
            } else {
                evictedOffset = oldest.offset
            }
        }
        first += 1
        guard first > 256, first > entries.count / 4 else { return }
        entries.removeFirst(first)
        first = 0
    }
}
