import CZlib
import Synchronization

/// How far back a client lets compressed messages refer: the base-two logarithm of bytes, 8 to 15 (RFC 7692 §7.1.2.1).
struct DeflateWindow: Sendable, Hashable {
    let bits: Int32

    /// Nil outside 8 to 15.
    init?(bits: Int) {
        guard (8...15).contains(bits) else { return nil }
        self.bits = Int32(bits)
    }

    private init(largest: Void) { bits = 15 }
    static let largest = DeflateWindow(largest: ())
}

/// Raw deflate (RFC 1951), one message at a time and nothing kept from one to the next: so a message is compressed once for
/// all who get it.
///
/// @unchecked: whoever took it from the pool has it alone.
final class Deflater: @unchecked Sendable {
    private static let spare = Mutex<[DeflateWindow: [Deflater]]>([:])
    private static let keptPerWindow = 2

    private let window: DeflateWindow
    /// On the heap and never moved: zlib keeps its address.
    private let stream: UnsafeMutablePointer<z_stream>

    private init?(_ window: DeflateWindow) {
        self.window = window
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // zlib knows no raw window of 256 bytes. Runs of one byte refer back by one, so they fit any.
        let strategy = window.bits == 8 ? Z_RLE : Z_DEFAULT_STRATEGY
        let status = deflateInit2_(
            stream, 5, Z_DEFLATED, -max(9, window.bits), 8, strategy, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// The payload of a compressed message (RFC 7692 §7.2.1), or nil when the library refuses.
    static func compress(_ bytes: [UInt8], window: DeflateWindow) -> [UInt8]? {
        guard let deflater = spare.withLock({ $0[window]?.popLast() }) ?? Deflater(window) else { return nil }
        let small = deflater.compress(bytes)
        deflateReset(deflater.stream)
        spare.withLock { spare in
            if spare[window, default: []].count < keptPerWindow { spare[window, default: []].append(deflater) }
        }
        return small
    }

    private func compress(_ bytes: [UInt8]) -> [UInt8]? {
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(stream, UInt(bytes.count))) + 16)
        let room = output.count
        let isDone = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.pointee.next_in = source.baseAddress
                stream.pointee.avail_in = UInt32(source.count)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = UInt32(room)
                return deflate(stream, Z_SYNC_FLUSH) == Z_OK && stream.pointee.avail_out > 0
            }
        }
        let count = room - Int(stream.pointee.avail_out)
        // A flush ends in an empty block, whose last four bytes are left out.
        guard isDone, count >= 4 else { return nil }
        output.removeSubrange((count - 4)...)
        return output
    }
}
