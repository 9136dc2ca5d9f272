import Glibc
import NIOCore

/// What the connections of one event loop share without a lock. Only that loop touches it.
final class LoopState {
    private var spare: ByteBuffer?
    private var second: time_t = -1
    private var date: [UInt8] = []

    /// An empty buffer with room for at least `capacity` bytes; the storage of an earlier answer where it is free again.
    func takeBuffer(capacity: Int, allocator: ByteBufferAllocator) -> ByteBuffer {
        guard var buffer = spare.take() else { return allocator.buffer(capacity: max(capacity, 4096)) }
        // Storage that a slow socket still holds is left to it: clear makes new one then.
        buffer.clear(minimumCapacity: capacity)
        return buffer
    }

    /// Keeps a buffer for the next answer unless it is large.
    func giveBack(_ buffer: ByteBuffer) {
        guard buffer.capacity <= 64 * 1024 else { return }
        spare = buffer
    }

    /// The `date` header field with its line break (RFC 9110 §6.6.1), made once per second.
    func dateLine() -> [UInt8] {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &now)
        guard now.tv_sec != second else { return date }
        second = now.tv_sec
        date = DateLine.bytes(at: now.tv_sec)
        return date
    }
}
