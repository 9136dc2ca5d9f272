import NIOCore
import PorticoHTTP
import PorticoValues

/// What an answer that is the same for everybody is kept under: the target as it was sent, the coding of its body, and what
/// else it differs by.
struct AnswerKey: Hashable, Sendable {
    let target: String
    let coding: AnswerCoding
    /// What the declared fields of the request come to; empty where the answer depends on none. Never empty where it does,
    /// so that whoever looks without them finds nothing.
    var variant = ""
}

/// An answer that is kept, with its head written down once.
final class SharedAnswer: Sendable {
    let response: Response
    let terms: SharedTerms
    let body: [UInt8]
    /// The body as it goes to sockets, without being copied for each.
    let buffer: ByteBuffer
    /// The entity tag as it stands in the head.
    let tag: String?
    /// `Last-Modified` as it stands in the head, where it is a date.
    let modified: String?
    /// Monotonic nanoseconds at which it was made.
    let born: Int64
    /// Status line.
    let status: [UInt8]
    /// Field lines of a whole answer with its length, but for those that differ from answer to answer.
    let fields: [UInt8]
    /// The same of an answer that says that nothing has changed.
    let unchangedFields: [UInt8]

    /// - Parameter response: a whole answer with the status 200.
    init(_ response: Response, body: [UInt8], terms: SharedTerms) {
        var response = response
        for name in SharedTerms.ownFields { response.headers[name] = nil }
        response.headers.setDefault("accept-ranges", "bytes")
        self.response = response
        self.terms = terms
        self.body = body
        buffer = ByteBuffer(bytes: body)
        tag = response.headers["etag"]
        modified = response.headers["last-modified"].flatMap { HTTPDate($0)?.text }
        born = monotonicNanoseconds()
        status = StatusLines.bytes(of: response.status)
        fields = SharedAnswer.lines(response.headers) + Array("content-length: \(body.count)\r\n".utf8)
        unchangedFields = SharedAnswer.lines(SharedAnswer.unchanged(response.headers))
    }

    /// Seconds since it was made (RFC 9111 §5.1).
    func age(at now: Int64) -> Int64 { max(0, (now - born) / 1_000_000_000) }

    /// What it weighs in the store, in bytes.
    var weight: Int { 2 * body.count + fields.count + unchangedFields.count + 512 }

    /// The fields of a 304 (RFC 9110 §15.4.5): what a 200 would have said, but for what describes a body.
    static func unchanged(_ headers: Headers) -> Headers {
        var headers = headers
        headers["content-type"] = nil
        headers["content-encoding"] = nil
        headers["accept-ranges"] = nil
        return headers
    }

    private static func lines(_ headers: Headers) -> [UInt8] {
        var lines: [UInt8] = []
        for field in headers {
            var field = field
            let isSound =
                field.name.withUTF8 { FieldBytes.isName($0) } && field.value.withUTF8 { FieldBytes.isValue($0) }
            guard isSound, !AnswerHead.isReserved(field.name) else { continue }
            lines += Array("\(field.name): \(field.value)\r\n".utf8)
        }
        return lines
    }
}
