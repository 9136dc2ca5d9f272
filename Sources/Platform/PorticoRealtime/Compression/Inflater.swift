import CZlib
import Synchronization

/// Undoes raw deflate (RFC 1951), message by message.
///
/// @unchecked: whoever took it from the pool has it alone; the reader of one connection, which its lock guards.
final class Inflater: @unchecked Sendable {
    enum Outcome {
        case fine
        case tooBig
        case broken
    }

    /// On the heap and never moved: zlib keeps its address.
    private let stream: UnsafeMutablePointer<z_stream>

    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // The largest window reads every smaller one.
        guard inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Forgets the message, for the next one.
    func reset() {
        inflateReset(stream)
    }

    /// Appends what `bytes` stand for.
    /// - Parameter most: bytes that the target may have in all.
    func inflate(_ bytes: [UInt8], into target: inout [UInt8], atMost most: Int) -> Outcome {
        guard !bytes.isEmpty else { return .fine }
        var input = bytes
        return input.withUnsafeMutableBufferPointer { source in
            stream.pointee.next_in = source.baseAddress
            stream.pointee.avail_in = UInt32(source.count)
            return drain(into: &target, atMost: most)
        }
    }

    private func drain(into target: inout [UInt8], atMost most: Int) -> Outcome {
        while true {
            let room = min(max(512, Int(stream.pointee.avail_in) * 4), 65_536)
            var written = 0
            let status = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { output in
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(room)
                let status = CZlib.inflate(stream, Z_SYNC_FLUSH)
                written = room - Int(stream.pointee.avail_out)
                target.append(contentsOf: UnsafeBufferPointer(rebasing: output[..<written]))
                return status
            }
            guard target.count <= most else { return .tooBig }
            switch status {
            case Z_OK, Z_BUF_ERROR:
                if written < room { return .fine }
            case Z_STREAM_END:
                // A final block ends the stream, not the message: what follows starts anew (RFC 7692 §7.2.3.5).
                guard stream.pointee.avail_in > 0 else { return restart() }
                guard restart() == .fine else { return .broken }
            default: return .broken
            }
        }
    }

    private func restart() -> Outcome {
        inflateReset(stream) == Z_OK ? .fine : .broken
    }
}

/// Inflaters between two messages. As no connection keeps its window from message to message, few serve all.
final class InflaterPool: Sendable {
    static let shared = InflaterPool()
    private static let kept = 8
    private let spare = Mutex<[Inflater]>([])

    func take() -> Inflater? {
        spare.withLock { $0.popLast() } ?? Inflater()
    }

    func giveBack(_ inflater: Inflater) {
        inflater.reset()
        spare.withLock { if $0.count < InflaterPool.kept { $0.append(inflater) } }
    }
}
