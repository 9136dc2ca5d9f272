import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization

@testable import PorticoHTTP
@testable import PorticoServer

/// The bytes of one connection, whole and in pieces, through the pipeline of the server.
///
/// Pieces may not change which requests the application sees, nothing may follow a refusal, and every request seen is one
/// that a strict second reader finds at the same place: nothing is smuggled.
enum HTTPProperties {
    static func check(_ input: [UInt8]) {
        var reader = InputReader(input)
        let step = Int(reader.byte()) + 1
        let bytes = reader.rest()
        let whole = transcript([bytes])
        let split = transcript(
            stride(from: 0, to: bytes.count, by: step).map { Array(bytes[$0..<min($0 + step, bytes.count)]) })
        expect(whole.requests == split.requests, "pieces of \(step) bytes: \(whole.requests) and \(split.requests)")
        expect((whole.refusal == nil) == (split.refusal == nil), "pieces of \(step) bytes are refused alike")
        let reference = HTTPReference.requests(in: bytes, bodyLimit: FuzzResponder.bodyLimit)
        for (index, request) in whole.requests.enumerated() {
            expect(index < reference.count, "request \(index) is none: \(request)")
            guard index < reference.count else { return }
            expect(request == reference[index], "request \(index) reads \(request) and \(reference[index])")
        }
        expect(whole.answers == whole.requests.count + (whole.refusal == nil ? 0 : 1), "as many answers as requests")
        expect(whole.refusal.map { $0 >= 400 && $0 <= 505 && $0 != 500 } ?? true, "a refusal is a refusal")
    }

    /// What a connection that brings `pieces` makes the application see.
    /// - Parameter answers: kept answers, whose reader then stands before the decoder.
    static func transcript(_ pieces: [[UInt8]], answers kept: AnswerCache? = nil) -> FuzzTranscript {
        let responder = FuzzResponder()
        let core = ServerCore(
            configuration: HTTPServer.Configuration(), responder: responder, answers: kept, observer: UnobservedServer()
        )
        let channel = EmbeddedChannel()
        let meter = ByteMeter(observer: core.observer)
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: core.decoderLimits)
        let pipeline = channel.pipeline.syncOperations
        let loop = LoopState()
        let connection = ConnectionHandler(core: core, loop: loop, meter: meter)
        if let kept { try? pipeline.addHandler(FastPath(kept, connection, core, loop)) }
        try? pipeline.addHandler(meter)
        try? pipeline.addHandler(ByteToMessageHandler(decoder))
        try? pipeline.addHandler(connection)
        _ = try? channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 4000)).wait()
        for piece in pieces where channel.isActive {
            _ = try? channel.writeInbound(ByteBuffer(bytes: piece))
        }
        var answers: [UInt8] = []
        while let buffer = try? channel.readOutbound(as: ByteBuffer.self) {
            answers += Array(buffer.readableBytesView)
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        var transcript = responder.transcript
        transcript.answers = FuzzResponder.count(in: answers)
        return transcript
    }
}

/// What the application saw of a connection.
struct FuzzTranscript: Sendable {
    var requests: [SeenRequest] = []
    var refusal: Int?
    var answers = 0
}

/// A request in the parts that must not depend on who reads it.
struct SeenRequest: Sendable, Hashable {
    var method: String
    var target: String
    var fields: [String]
    var body: [UInt8]
}

/// Answers at once and writes down what it saw.
final class FuzzResponder: HTTPResponder {
    static let bodyLimit = 512
    private static let mark = "x-fuzz-answer"
    private let seen = Mutex(FuzzTranscript())

    var transcript: FuzzTranscript { seen.withLock { $0 } }

    func bodyLimit(for head: RequestHead) -> Int { FuzzResponder.bodyLimit }

    func respondAtOnce(to request: Request) -> Response? {
        let fields = request.head.headers.map { "\($0.name.lowercased()):\($0.value)" }
        seen.withLock {
            expect($0.refusal == nil, "nothing is heard after a refusal")
            $0.requests.append(
                SeenRequest(
                    method: request.head.method.name, target: request.head.target, fields: fields, body: request.body))
        }
        return Response(.ok, headers: [FuzzResponder.mark: "1"], body: .bytes(Array("answer".utf8)))
    }

    func respond(to request: Request) async -> Response { Response(.ok) }

    func refusal(_ status: HTTPStatus, head: RequestHead?, peer: String) -> Response {
        seen.withLock {
            expect($0.refusal == nil, "a connection is refused once")
            $0.refusal = status.code
        }
        return Response(status, headers: [FuzzResponder.mark: "1"])
    }

    /// How many answers the bytes hold.
    static func count(in bytes: [UInt8]) -> Int {
        String(decoding: bytes, as: UTF8.self).occurrences(of: "\r\n\(mark): 1\r\n")
    }
}

extension String {
    /// How often a text occurs in this one.
    fileprivate func occurrences(of part: String) -> Int {
        let wanted = Array(part.utf8)
        let bytes = Array(utf8)
        guard bytes.count >= wanted.count else { return 0 }
        return (0...(bytes.count - wanted.count)).count { bytes[$0...].starts(with: wanted) }
    }
}
