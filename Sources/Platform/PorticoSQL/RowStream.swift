import PorticoValues
import Synchronization

extension Database {
    /// Reads from one snapshot on the database's own thread and hands chunks over as they are taken.
    ///
    /// `body` blocks while `capacity` chunks wait, so memory stays flat however long the result is. When the consumer
    /// goes away or its task is cancelled, the consumer goes on at once, the next `emit` throws and the read ends; one that
    /// still waits for a connection then reads nothing.
    /// - Parameter intent: how new the snapshot must be. With another one than `.primary`, `body` may run again until it has
    ///   emitted something.
    public func stream(
        _ intent: ReadIntent = .primary, capacity: Int = 8,
        _ body: @escaping @Sendable (Reading, (_ chunk: [UInt8]) throws -> Void) throws -> Void
    ) -> ChunkStream {
        let queue = HandOver<[UInt8]>(capacity: capacity)
        let (engine, observer) = (engine, observer)
        let sent = SentMark()
        let request = ReadRequest(Database.effective(intent), isLong: true) { !sent.isMade }
        Task {
            do {
                try await engine.read(request, observer) { reading in
                    guard !queue.cancellation.isAsked else { throw SQLError.readerGone }
                    try body(reading) { chunk in
                        sent.make()
                        do throws(ConsumerGone) { try queue.send(chunk) } catch { throw SQLError.readerGone }
                    }
                }
                queue.finish()
            } catch {
                queue.finish(error)
            }
        }
        return ChunkStream(queue)
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
public typealias ChunkStream = HandedOver<[UInt8]>

extension SQLError {
    fileprivate static var readerGone: SQLError {
        SQLError(.cancelled, message: "the reader of the stream has gone")
    }
}
