import NIOCore
import NIOEmbedded
import NIOHTTP1
import PorticoCache

@testable import PorticoHTTP
@testable import PorticoServer

/// The reader before the decoder: whatever it takes for a request the decoder takes for the same one, what it measures the
/// decoder measures alike or refuses, and where nothing is kept a connection is as it would be without it.
enum FastPathProperties {
    private static let mostBytes = HTTPServer.Configuration().maxHeaderBytes
    private static let mostFields = HTTPServer.Configuration().maxHeaderFields

    private static let nothingKept = AnswerCache(in: CacheRegistry())

    static func check(_ input: [UInt8]) {
        var reader = InputReader(input)
        let start = Int(reader.byte() % 32)
        let most = reader.byte() % 4 == 0 ? Int(reader.byte()) * 8 : mostBytes
        let bytes = reader.rest()
        _ = find(bytes, from: start, mostBytes: most)
        checkRequest(in: bytes, from: start, mostBytes: most)
        checkRequest(in: bytes, from: 0, mostBytes: most)
        checkConnection(bytes, step: start + 1)
    }

    private static func checkConnection(_ bytes: [UInt8], step: Int) {
        let pieces = stride(from: 0, to: bytes.count, by: step).map {
            Array(bytes[$0..<min($0 + step, bytes.count)])
        }
        for pieces in [[bytes], pieces] {
            let plain = HTTPProperties.transcript(pieces)
            let fast = HTTPProperties.transcript(pieces, answers: nothingKept)
            expect(plain.requests == fast.requests, "the application sees \(plain.requests) and \(fast.requests)")
            expect(plain.refusal == fast.refusal && plain.answers == fast.answers, "and the client the same answers")
        }
    }

    private static func checkRequest(in bytes: [UInt8], from start: Int, mostBytes: Int) {
        switch find(bytes, from: start, mostBytes: mostBytes) {
        case .unknown: return
        case .simple(let scan):
            expect(scan.origin == start, "the head begins where it was looked for")
            expect(scan.length > 0 && start + scan.length <= bytes.count, "a head lies within the bytes")
            expect(scan.length <= mostBytes, "a head is no longer than the longest")
            let request = Array(bytes[start..<start + scan.length])
            let seen = decoded(request)
            let target = String(decoding: bytes[scan.target], as: UTF8.self)
            compare(seen, method: scan.isHead ? "HEAD" : "GET", target: target, body: 0)
            expect(
                scan.accepted.map { text(bytes, $0) } == value("accept-encoding", of: seen),
                "the decoder reads the same codings")
            expect(
                scan.condition.map { text(bytes, $0) } == value("if-none-match", of: seen),
                "the decoder reads the same condition")
            expect(
                scan.date.map { text(bytes, $0) } == value("if-modified-since", of: seen),
                "the decoder reads the same date")
            checkPrefixes(of: request)
        case .other(let length):
            guard start + length <= bytes.count else { return }
            let request = Array(bytes[start..<start + length])
            let line = request.prefix { $0 != 0x0D }.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
            expect(line.count == 3, "a request line has three words")
            let body = length - (headLength(of: request) ?? length)
            checkPrefixes(of: request)
            let seen = decoded(request)
            // Methods that the decoder does not know, and more fields than it takes, are its own business: it refuses.
            if seen.error != nil { return expect(seen.ends == 0 && !seen.isFollowed, "a refusal is the end") }
            compare(seen, method: line[0], target: line[1], body: body)
        }
    }

    private static func compare(_ seen: Decoded, method: String, target: String, body: Int) {
        expect(seen.error == nil, "the decoder refuses it: \(String(describing: seen.error))")
        expect(seen.heads.count == 1 && seen.ends == 1, "the decoder sees \(seen.heads.count) heads, \(seen.ends) ends")
        expect(seen.heads.first?.method.rawValue == method, "the decoder reads the same method")
        expect(seen.heads.first?.uri == target, "the decoder reads the same target")
        expect(seen.body == body, "the decoder reads a body of \(seen.body), not \(body)")
        expect(seen.isFollowed, "no bytes are left over: the next request is read as one")
    }

    /// Less than the whole is not the whole.
    private static func checkPrefixes(of request: [UInt8]) {
        // All of the short ones; of the long ones the ends, where a mistake would be.
        let counts = request.count <= 512 ? Array(0..<request.count) : Array(request.count - 256..<request.count)
        for count in counts {
            let prefix = Array(request[..<count])
            switch find(prefix, from: 0, mostBytes: mostBytes) {
            case .unknown: break
            case .simple: expect(false, "\(count) of \(request.count) bytes are a request")
            case .other(let length): expect(length > count, "\(count) of \(request.count) bytes are measured as whole")
            }
        }
    }

    private static func find(_ bytes: [UInt8], from start: Int, mostBytes: Int) -> HeadScan.Finding {
        bytes.withUnsafeBufferPointer {
            HeadScan.find(in: $0, from: start, mostBytes: mostBytes, mostFields: mostFields)
        }
    }

    private static func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// A field as the decoder reads it, which leaves blanks behind it to others.
    private static func value(_ name: String, of seen: Decoded) -> String? {
        guard let text = seen.heads.first?.headers.first(name: name) else { return nil }
        let bytes = Array(text.utf8)
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        return String(decoding: bytes.drop(while: isBlank).reversed().drop(while: isBlank).reversed(), as: UTF8.self)
    }

    private static func headLength(of request: [UInt8]) -> Int? {
        let end: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
        return request.indices.first { request[$0...].starts(with: end) }.map { $0 + end.count }
    }

    private struct Decoded {
        var heads: [HTTPRequestHead] = []
        var body = 0
        var ends = 0
        /// Whether a request behind it is read as the next one.
        var isFollowed = false
        var error: (any Error)?

        mutating func take(from channel: EmbeddedChannel) throws {
            while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
                switch part {
                case .head(let head): heads.append(head)
                case .body(let bytes): body += bytes.readableBytes
                case .end: ends += 1
                }
            }
        }
    }

    private static func decoded(_ bytes: [UInt8]) -> Decoded {
        let core = ServerCore(
            configuration: HTTPServer.Configuration(), responder: FuzzResponder(), answers: nil,
            observer: UnobservedServer())
        let channel = EmbeddedChannel()
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: core.decoderLimits)
        var decoded = Decoded()
        var next = Decoded()
        do {
            try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(decoder))
            try channel.writeInbound(ByteBuffer(bytes: bytes))
            try decoded.take(from: channel)
            try channel.writeInbound(ByteBuffer(string: "GET /next HTTP/1.1\r\nHost: next\r\n\r\n"))
            try next.take(from: channel)
        } catch {
            decoded.error = error
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        decoded.isFollowed =
            next.ends == 1 && next.heads.count == 1 && next.heads.first?.uri == "/next" && next.body == 0
        return decoded
    }
}
