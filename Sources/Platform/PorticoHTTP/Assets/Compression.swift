import CBrotli
import CZlib
import CZstd

/// What the compression libraries do, over whole bodies.
enum Compression {
    /// Brotli (RFC 7932), or nil when it fails.
    /// - Parameter quality: 0…11.
    static func brotli(_ bytes: [UInt8], quality: Int32) -> [UInt8]? {
        var size = BrotliEncoderMaxCompressedSize(bytes.count)
        var output = [UInt8](repeating: 0, count: size)
        let worked = BrotliEncoderCompress(
            quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, bytes.count, bytes, &size, &output)
        return worked == BROTLI_TRUE ? Array(output.prefix(size)) : nil
    }

    /// Zstandard (RFC 8878), or nil when it fails.
    /// - Parameter level: 1…19: those above need more memory than clients give (RFC 9659).
    static func zstd(_ bytes: [UInt8], level: Int32) -> [UInt8]? {
        let room = ZSTD_compressBound(bytes.count)
        var isWhole = true
        let output = [UInt8](unsafeUninitializedCapacity: room) { target, count in
            let size = ZSTD_compress(target.baseAddress, room, bytes, bytes.count, level)
            isWhole = ZSTD_isError(size) == 0
            count = isWhole ? size : 0
        }
        return isWhole ? output : nil
    }

    /// Gzip (RFC 1952), or nil when it fails.
    /// - Parameter level: 1…9.
    static func gzip(_ bytes: [UInt8], level: Int32) -> [UInt8]? {
        var stream = z_stream()
        guard begin(&stream, level: level) else { return nil }
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        let room = output.count
        let status = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                return deflate(&stream, Z_FINISH)
            }
        }
        return status == Z_STREAM_END ? Array(output.prefix(room - Int(stream.avail_out))) : nil
    }

    /// Makes a stream for gzip ready.
    static func begin(_ stream: inout z_stream, level: Int32) -> Bool {
        deflateInit2_(
            &stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)
        ) == Z_OK
    }
}
