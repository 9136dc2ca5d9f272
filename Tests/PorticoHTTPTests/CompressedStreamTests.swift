import CZlib
import CZstd
import Synchronization
import Testing

@testable import PorticoHTTP

/// Streams that are compressed on their way.
@Suite struct CompressedStreamTests {
    /// Pieces of a body, some larger than what the libraries give at once.
    private static let pieces: [[UInt8]] = [
        Array("{\"code\":\"SB00001\"}\n".utf8), (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }, [7],
        Array(String(repeating: "{\"code\":\"SB00002\"}\n", count: 5000).utf8),
    ]

    private func head(_ accepted: String) -> RequestHead {
        RequestHead(method: .get, target: "/", headers: ["accept-encoding": accepted], peer: "")
    }

    private func stream(_ type: String = "application/x-ndjson") -> Response {
        Response(
            .ok, headers: ["content-type": type],
            body: .stream { writer in
                for piece in CompressedStreamTests.pieces { try await writer.write(piece) }
            })
    }

    private func gathered(_ response: Response) async throws -> [[UInt8]] {
        guard case .stream(let produce) = response.body else { return [] }
        let gathering = Gathering()
        try await produce(gathering)
        return gathering.writes
    }

    @Test(
        "a stream is sent in a coding the client takes", arguments: [("zstd, gzip, br", "zstd"), ("br, gzip", "gzip")])
    func codings(accepted: String, coding: String) async throws {
        var response = stream()
        response.compress(for: head(accepted))
        #expect(response.headers["content-encoding"] == coding)
        #expect(response.headers["vary"] == "accept-encoding")
        let writes = try await gathered(response)
        let whole = CompressedStreamTests.pieces.flatMap(\.self)
        let plain = coding == "zstd" ? try unzstd(writes.flatMap(\.self)) : try gunzip(writes.flatMap(\.self))
        #expect(plain == whole)
        #expect(writes.map(\.count).reduce(0, +) < whole.count)
    }

    @Test("whatever was written can be read at once, before there is more", arguments: ["zstd", "gzip"])
    func flushing(coding: String) async throws {
        var response = stream()
        response.compress(for: head(coding))
        let writes = try await gathered(response)
        #expect(writes.count == CompressedStreamTests.pieces.count + 1)
        for count in 1...CompressedStreamTests.pieces.count {
            let sent = writes.prefix(count).flatMap(\.self)
            let plain = coding == "zstd" ? try unzstd(sent) : try gunzip(sent)
            #expect(plain == CompressedStreamTests.pieces.prefix(count).flatMap(\.self))
        }
    }

    @Test("streams of events, files that are compressed already and clients that take no coding get theirs as it is")
    func plain() async throws {
        for (type, accepted) in [("text/event-stream", "zstd, gzip"), ("image/png", "gzip"), ("text/csv", "br")] {
            var response = stream(type)
            response.compress(for: head(accepted))
            #expect(response.headers["content-encoding"] == nil)
            #expect(try await gathered(response) == CompressedStreamTests.pieces)
        }
    }

    @Test("a stream that fails stays without an end")
    func failure() async throws {
        struct Broken: Error {}
        var response = Response(
            .ok, headers: ["content-type": "text/csv"],
            body: .stream { writer in
                try await writer.write([1, 2, 3])
                throw Broken()
            })
        response.compress(for: head("gzip"))
        guard case .stream(let produce) = response.body else { return }
        let gathering = Gathering()
        await #expect(throws: Broken.self) { try await produce(gathering) }
        #expect(gathering.writes.count == 1)
    }

    private struct Damaged: Error {}

    private func unzstd(_ bytes: [UInt8]) throws -> [UInt8] {
        let context = ZSTD_createDCtx()
        defer { ZSTD_freeDCtx(context) }
        var plain: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        try bytes.withUnsafeBytes { source in
            var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
            var isFull = true
            while input.pos < input.size || isFull {
                let count = try piece.withUnsafeMutableBytes { target in
                    var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
                    guard ZSTD_isError(ZSTD_decompressStream(context, &output, &input)) == 0 else { throw Damaged() }
                    return output.pos
                }
                isFull = count == piece.count
                plain += piece.prefix(count)
            }
        }
        return plain
    }

    private func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
        var stream = z_stream()
        guard inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw Damaged()
        }
        defer { inflateEnd(&stream) }
        var input = bytes
        var plain = [UInt8](repeating: 0, count: 4 << 20)
        let room = plain.count
        try input.withUnsafeMutableBufferPointer { source in
            try plain.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                guard [Z_OK, Z_STREAM_END].contains(inflate(&stream, Z_SYNC_FLUSH)) else { throw Damaged() }
            }
        }
        return Array(plain.prefix(room - Int(stream.avail_out)))
    }
}

private final class Gathering: BodyWriter {
    private let state = Mutex<[[UInt8]]>([])

    var writes: [[UInt8]] { state.withLock { $0 } }

    func write(_ bytes: [UInt8]) async throws { state.withLock { $0.append(bytes) } }
}
