import PorticoEvents

/// The latest messages of a hub, for clients that come back: bounded, in order, and honest about where it begins.
struct TopicHistory: Sendable {
    private let most: Int
    private let mostBytes: Int
    private var entries: [TopicMessage] = []
    private var first = 0
    private var bytes = 0
    /// Offsets of passing messages, by index like ``entries``; 0 for events.
    private var offsets: [Int64] = []
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

    init(epoch: String, most: Int, mostBytes: Int) {
        self.epoch = epoch
        self.most = most
        self.mostBytes = mostBytes
    }

    var count: Int { entries.count - first }

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
        entries.append(named)
        offsets.append(message.position == nil ? offset : 0)
        bytes += named.cost
        while count > most || (bytes > mostBytes && count > 0) { evict() }
        return named
    }

    /// Puts events in front that were read elsewhere: all those behind `position`. Nothing happens when there is no room,
    /// or a gap between them and what is here.
    mutating func extend(with messages: [TopicMessage], after position: EventPosition) {
        guard position < coveredFrom ?? EventPosition(id: .max), evicted <= position else { return }
        let held = entries[first...].lazy.compactMap(\.position).first ?? EventPosition(id: .max)
        let older = messages.filter { $0.position.map { $0 < held } ?? false }
        let size = older.reduce(0) { $0 + $1.cost }
        guard count + older.count <= most, bytes + size <= mostBytes else { return }
        entries = older + entries[first...]
        offsets = older.map { _ in 0 } + offsets[first...]
        first = 0
        bytes += size
        coveredFrom = position
        newest = max(newest, older.last?.position ?? position)
    }

    /// Events may be delivered twice, and be here from a reading already.
    private func isRepeated(_ message: TopicMessage) -> Bool {
        guard let position = message.position, position <= newest else { return false }
        return entries[first...].contains { $0.position == position }
    }

    /// Begins to count passing messages anew: some were missed, and clients that come back have to load anew.
    mutating func beginEpoch(_ epoch: String) {
        guard offset > 0 else { return }
        self.epoch = epoch
        evictedOffset = offset
    }

    /// What a client has missed that came as far as `point`; nil when some of it may not be here.
    func missed(after point: ResumePoint) -> [TopicMessage]? {
        guard coversOffsets(of: point) else { return nil }
        let begins = coveredFrom ?? .start
        guard begins <= point.position, point.position <= newest else { return nil }
        return rest(after: point)
    }

    /// The same for a client that was just told all events up to `point` from elsewhere.
    func missed(afterReplayTo point: ResumePoint) -> [TopicMessage]? {
        guard coversOffsets(of: point), evicted <= point.position else { return nil }
        return rest(after: point)
    }

    /// Whether no passing message is missing for that client.
    func coversOffsets(of point: ResumePoint) -> Bool {
        guard let epoch = point.epoch else { return evictedOffset == 0 }
        return epoch == self.epoch && evictedOffset <= point.offset && point.offset <= offset
    }

    private func rest(after point: ResumePoint) -> [TopicMessage] {
        zip(entries, offsets)[from: first].compactMap { message, offset in
            let isNew = message.position.map { $0 > point.position } ?? (offset > point.offset)
            return isNew ? message : nil
        }
    }

    private mutating func evict() {
        let oldest = entries[first]
        bytes -= oldest.cost
        if let position = oldest.position {
            coveredFrom = max(coveredFrom ?? position, position)
            evicted = max(evicted, position)
        } else {
            evictedOffset = offsets[first]
        }
        first += 1
        guard first > 256, first > entries.count / 2 else { return }
        entries.removeFirst(first)
        offsets.removeFirst(first)
        first = 0
    }
}

extension Zip2Sequence where Sequence1 == [TopicMessage], Sequence2 == [Int64] {
    fileprivate subscript(from start: Int) -> DropFirstSequence<Self> { dropFirst(start) }
}
