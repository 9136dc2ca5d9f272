extension Database {
    /// Reads from one snapshot on the database's own thread and hands chunks over as they are taken.
    ///
    /// `body` blocks while `capacity` chunks wait, so memory stays flat however long the result is. When the consumer
    /// goes away, the next `emit` throws and the read ends.
    public func stream(
        capacity: Int = 8,
        _ body: @escaping @Sendable (Reading, (_ chunk: [UInt8]) throws -> Void) throws -> Void
    ) -> ChunkStream {
        let channel = ChunkChannel(capacity: capacity)
        let database = self
        Task {
            do {
                try await database.readAtLength { reading in
                    try body(reading) { try channel.send($0) }
                }
                channel.finish(nil)
            } catch {
                channel.finish(error)
            }
        }
        return ChunkStream(lifetime: ChunkStream.Lifetime(channel))
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
