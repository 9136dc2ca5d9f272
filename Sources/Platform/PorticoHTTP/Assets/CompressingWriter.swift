import CZlib
import CZstd
import Synchronization

/// Compresses a body as it comes. What is written leaves at once, so that a client has every line as soon as without it.
final class CompressingWriter: BodyWriter {
    private let next: any BodyWriter
    private let encoder: Mutex<any StreamEncoder>

    /// - Throws: ``StreamEncoderFailure`` when there is no memory for it.
    init(_ coding: ContentCoding, before next: any BodyWriter) throws {
        self.next = next
        encoder =
            switch coding {
            case .zstd: Mutex(try ZstdStream(level: 1))
            case .brotli, .gzip: Mutex(try GzipStream(level: 1))
            }
    }

    /// Sends bytes compressed.
    func write(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        try await next.write(try encoder.withLock { try $0.encode(bytes, isLast: false) })
    }

    /// Ends the body.
    func finish() async throws {
        try await next.write(try encoder.withLock { try $0.encode([], isLast: true) })
    }
}

/// A library that could not go on.
struct StreamEncoderFailure: Error {}

/// The state of a library for one body.
private protocol StreamEncoder: AnyObject {
    /// Bytes from which everything that was given can be read, and after the last ones no more follow.
    func encode(_ bytes: [UInt8], isLast: Bool) throws -> [UInt8]
}

/// Zstandard (RFC 8878).
private final class ZstdStream: StreamEncoder {
    private static let piece = 65_536
    private let context: OpaquePointer

    init(level: Int32) throws {
        guard let context = ZSTD_createCCtx() else { throw StreamEncoderFailure() }
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
        self.context = context
    }

    deinit {
        ZSTD_freeCCtx(context)
    }

    func encode(_ bytes: [UInt8], isLast: Bool) throws -> [UInt8] {
        var output: [UInt8] = []
        let directive = isLast ? ZSTD_e_end : ZSTD_e_flush
        try bytes.withUnsafeBytes { source in
            var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
            var rest = 0
            repeat {
                let part = [UInt8](unsafeUninitializedCapacity: ZstdStream.piece) { target, count in
                    var room = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
                    rest = ZSTD_compressStream2(context, &room, &input, directive)
                    count = room.pos
                }
                guard ZSTD_isError(rest) == 0 else { throw StreamEncoderFailure() }
                output += part
            } while rest != 0
        }
        return output
    }
}

/// Gzip (RFC 1952).
private final class GzipStream: StreamEncoder {
    private static let piece = 65_536
    private let stream: UnsafeMutablePointer<z_stream>

    init(level: Int32) throws {
        // The library keeps the address, so it must stay.
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard Compression.begin(&stream.pointee, level: level) else {
            stream.deallocate()
            throw StreamEncoderFailure()
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    func encode(_ bytes: [UInt8], isLast: Bool) throws -> [UInt8] {
        var output: [UInt8] = []
        var input = bytes
        let flush = isLast ? Z_FINISH : Z_SYNC_FLUSH
        try input.withUnsafeMutableBufferPointer { source in
            stream.pointee.next_in = source.baseAddress
            stream.pointee.avail_in = UInt32(source.count)
            repeat {
                var status = Z_OK
                let part = [UInt8](unsafeUninitializedCapacity: GzipStream.piece) { target, count in
                    stream.pointee.next_out = target.baseAddress
                    stream.pointee.avail_out = UInt32(target.count)
                    status = deflate(stream, flush)
                    count = target.count - Int(stream.pointee.avail_out)
                }
                guard status != Z_STREAM_ERROR else { throw StreamEncoderFailure() }
                output += part
                // A full piece may not have been all.
            } while stream.pointee.avail_out == 0
        }
        return output
    }
}
