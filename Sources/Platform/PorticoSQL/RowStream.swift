import Synchronization

extension Database {
    /// Reads from one snapshot on the database's own thread and hands chunks over as they are taken.
    ///
    /// `body` blocks while `capacity` chunks wait, so memory stays flat however long the result is. When the consumer
    /// goes away, the next `emit` throws and the read ends.
    /// - Parameter intent: how new the snapshot must be. With another one than `.primary`, `body` may run again until it has
    ///   emitted something.
    public func stream(
        _ intent: ReadIntent = .primary, capacity: Int = 8,
        _ body: @escaping @Sendable (Reading, (_ chunk: [UInt8]) throws -> Void) throws -> Void
    ) -> ChunkStream {
        let channel = ChunkChannel(capacity: capacity)
        let (engine, observer) = (engine, observer)
        let sent = SentMark()
        let request = ReadRequest(Database.effective(intent), isLong: true) { !sent.isMade }
        Task {
            do {
                try await engine.read(request, observer) { reading in
                    try body(reading) { chunk in
                        sent.make()
                        try channel.send(chunk)
                    }
                }
                channel.finish(nil)
            } catch {
                channel.finish(error)
            }
        }
        return ChunkStream(lifetime: ChunkStream.Lifetime(channel))
    }
}

/// Whether something has left that can't be taken back.
private final class SentMark: Sendable {
    private let mark = Atomic(false)

    var isMade: Bool { mark.load(ordering: .acquiring) }

    func make() {
        mark.store(true, ordering: .releasing)
    }
}

/// Chunks of bytes produced by a thread that may block and consumed by a task. Iterate it once.
public struct ChunkStream: AsyncSequence, Sendable {
    /// Runs of bytes.
    public typealias Element = [UInt8]
    /// Ends the read when neither the stream nor an iterator is left.
    fileprivate let lifetime: Lifetime

    /// The one iterator.
    public func makeAsyncIterator() -> Iterator {
        Iterator(lifetime: lifetime, own: Lifetime(lifetime.channel))
    }

    /// Takes chunks; when it goes away early, the producer is told.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let lifetime: Lifetime
        /// Ends the read when the iterator goes, though the stream may still be held.
        fileprivate let own: Lifetime

        /// The next chunk, or nil after the last.
        public mutating func next() async throws -> [UInt8]? {
            try await own.channel.next()
        }
    }

    fileprivate final class Lifetime: Sendable {
        let channel: ChunkChannel

        init(_ channel: ChunkChannel) {
            self.channel = channel
        }

        deinit { channel.close() }
    }
}
