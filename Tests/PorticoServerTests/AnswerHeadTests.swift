import NIOCore
import PorticoHTTP
import Testing

@testable import PorticoServer

@Suite struct AnswerHeadTests {
    private func head(
        _ response: Response, framing: BodyFraming = .length(0), exchange: Exchange = Exchange()
    ) -> String {
        var buffer = ByteBuffer()
        AnswerHead.write(
            response, framing: framing, exchange: exchange, date: Array("date: now\r\n".utf8),
            capacity: AnswerHead.capacity(response, body: 0), into: &buffer)
        return String(buffer: buffer)
    }

    @Test("writes the head of an answer")
    func writesHeads() {
        let response = Response(404, headers: ["content-type": "text/plain", "x-a": ""])
        #expect(
            head(response, framing: .length(1234))
                == "HTTP/1.1 404 Not Found\r\ndate: now\r\ncontent-type: text/plain\r\nx-a: \r\ncontent-length: 1234\r\n\r\n"
        )
    }

    @Test("tells length, chunks and the end of the connection")
    func tellsFraming() {
        #expect(head(Response(.ok), framing: .length(.max)).hasSuffix("content-length: 9223372036854775807\r\n\r\n"))
        #expect(head(Response(.ok), framing: .chunked).hasSuffix("transfer-encoding: chunked\r\n\r\n"))
        #expect(!head(Response(.ok), framing: .none).contains("length"))
        #expect(head(Response(.ok), exchange: Exchange(keepsAlive: false)).contains("connection: close\r\n"))
        #expect(head(Response(.ok), exchange: Exchange(isHTTP11: false)).contains("connection: keep-alive\r\n"))
    }

    @Test("makes values harmless that would end their line", arguments: ["\r", "\n", "\r\n", "\0", "\u{1B}", "\u{7F}"])
    func disarmsValues(bytes: String) {
        let wire = head(Response(.ok, headers: ["x": "a\(bytes)set-cookie: b"]))
        let spaces = String(repeating: " ", count: bytes.utf8.count)
        #expect(wire.contains("\r\nx: a\(spaces)set-cookie: b\r\n"))
    }

    @Test("keeps tabs and text beyond ASCII in values")
    func keepsText() {
        #expect(head(Response(.ok, headers: ["x": "ä\tö"])).contains("x: ä\tö\r\n"))
    }

    @Test("leaves out fields whose name is no token", arguments: ["", "a b", "a:", "a\r\nb", "ä", "a\0", "(a)"])
    func leavesOutNames(name: String) {
        #expect(
            head(Response(.ok, headers: [name: "value", "y": "1"]))
                == "HTTP/1.1 200 OK\r\ndate: now\r\ny: 1\r\ncontent-length: 0\r\n\r\n")
    }

    @Test(
        "keeps what is its own from answers",
        arguments: [
            "Date", "Content-Length", "TRANSFER-ENCODING", "connection", "Keep-Alive", "upgrade", "Trailer",
        ])
    func keepsItsFields(name: String) {
        #expect(!head(Response(.ok, headers: [name: "mine"])).contains("mine"))
    }

    @Test("sends 500 for what is no final status", arguments: [-1, 0, 100, 101, 600, 1_000])
    func replacesStatuses(code: Int) {
        #expect(head(Response(HTTPStatus(code))).hasPrefix("HTTP/1.1 500 Internal Server Error\r\n"))
    }

    @Test("needs no more room than it says")
    func staysWithinCapacity() {
        let response = Response(200, headers: ["x-long": String(repeating: "v", count: 5_000)])
        let exchange = Exchange(isHTTP11: false)
        let wire = head(response, framing: .length(.max), exchange: exchange)
        #expect(wire.utf8.count <= AnswerHead.capacity(response, body: 0))
        #expect(wire.hasSuffix("\r\n\r\n"))
    }

    @Test(
        "dates answers",
        arguments: [(784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT")])
    func dates(second: Int, expected: String) {
        #expect(String(decoding: DateLine.bytes(at: second), as: UTF8.self) == "date: \(expected)\r\n")
    }

    @Test("knows tokens as RFC 9110 lists them")
    func knowsTokens() {
        let tokens = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        for byte in UInt8.min...UInt8.max { #expect(FieldBytes.isToken(byte) == tokens.contains(byte)) }
    }

    @Test("compares names without regard to case, and nothing else")
    func comparesNames() {
        #expect(FieldBytes.isSame("Keep-Alive", "keep-alive"))
        #expect(!FieldBytes.isSame("keep\r alive", "keep-alive"))
        #expect(!FieldBytes.isSame("keep\ralive", "keep-alive"))
        #expect(!FieldBytes.isSame("dat", "date"))
    }
}
