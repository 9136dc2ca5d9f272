import NIOCore
import PorticoHTTP
import Synchronization

/// Takes the bytes of a streamed answer to its connection. A few of them may be under way at once; then writing waits
/// until the socket has taken them.
final class StreamWriter: BodyWriter {
    /// Bytes on their way to the event loop before writing waits for it.
    private static let window = 32 * 1024

    private let connection: NIOLoopBound<ConnectionHandler>
    private let channel: any Channel
    private let isChunked: Bool
    private let isOpen = Atomic<Bool>(true)
    private let underWay = Atomic<Int>(0)

    init(connection: NIOLoopBound<ConnectionHandler>, channel: any Channel, isChunked: Bool) {
        self.connection = connection
        self.channel = channel
        self.isChunked = isChunked
    }

    /// Refuses further bytes.
    func close() {
        isOpen.store(false, ordering: .releasing)
    }

    func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        guard isOpen.load(ordering: .acquiring) else { throw StreamClosed() }
        // An empty chunk would end the answer.
        guard !bytes.isEmpty else { return }
        let buffer = framed(bytes)
        let size = buffer.readableBytes
        let sum = underWay.add(size, ordering: .acquiringAndReleasing).newValue
        let loop = channel.eventLoop
        if sum <= StreamWriter.window, channel.isWritable {
            return loop.execute {
                self.underWay.subtract(size, ordering: .acquiringAndReleasing)
                self.connection.value.sendStreamed(buffer, of: self)
            }
        }
        try await withCheckedThrowingContinuation { (room: CheckedContinuation<Void, any Error>) in
            loop.execute {
                self.underWay.subtract(size, ordering: .acquiringAndReleasing)
                self.connection.value.sendStreamed(buffer, of: self, room: room)
            }
        }
    }

    /// The bytes as one chunk (RFC 9112 §7.1), or as they are.
    private func framed(_ bytes: [UInt8]) -> ByteBuffer {
        guard isChunked else { return channel.allocator.buffer(bytes: bytes) }
        var buffer = channel.allocator.buffer(capacity: bytes.count + 20)
        buffer.writeString(String(bytes.count, radix: 16))
        buffer.writeStaticString("\r\n")
        buffer.writeBytes(bytes)
        buffer.writeStaticString("\r\n")
        return buffer
    }
}
