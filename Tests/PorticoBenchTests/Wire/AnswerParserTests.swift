import PorticoBench
import Testing

@Suite("Reading answers") struct AnswerParserTests {
    private struct Read {
        var parser: AnswerParser
        var step = AnswerParser.Step.more
        var body = ""
        var taken = 0
    }

    /// Feeds pieces of this many bytes until the answer is whole or broken.
    private func read(_ text: String, piece: Int, keepsFields: Bool = true) -> Read {
        var read = Read(parser: AnswerParser(keepsFields: keepsFields))
        var rest = Array(text.utf8)[...]
        var body: [UInt8] = []
        while !rest.isEmpty, read.step == .more {
            let part = Array(rest.prefix(piece))
            read.step = part.withUnsafeBytes { bytes in
                read.parser.read(bytes) { body.append(contentsOf: $0) }
            }
            if case .complete(let taken) = read.step { read.taken += taken } else { read.taken += part.count }
            rest = rest.dropFirst(piece)
        }
        read.body = String(decoding: body, as: UTF8.self)
        return read
    }

    /// An answer that is whole, and what is to be read in it.
    struct Whole: Sendable {
        let text: String
        let status: Int
        let body: String

        init(_ text: String, _ status: Int, _ body: String) {
            self.text = text
            self.status = status
            self.body = body
        }
    }

    static let whole = [
        Whole("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"),
        Whole("HTTP/1.1 201 Created\r\ncontent-length:  2 \r\nX: y\r\n\r\n{}", 201, "{}"),
        Whole("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, ""),
        Whole("HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        Whole("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, ""),
        Whole("HTTP/1.1 503\r\nContent-Length: 1\r\n\r\nx", 503, "x"),
        Whole("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, "x"),
        Whole("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 200, "hello"),
        Whole(
            "HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: Chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n",
            200, "abc0123456789"
        ),
        Whole("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", 200, "ok"),
    ]

    @Test("gives the same whatever pieces they come in", arguments: [1, 2, 3, 7, 10_000], AnswerParserTests.whole)
    func pieces(piece: Int, answer: Whole) {
        for keepsFields in [true, false] {
            let read = read(answer.text, piece: piece, keepsFields: keepsFields)
            guard case .complete = read.step else {
                Issue.record("\(answer.text): \(read.step)")
                continue
            }
            #expect(read.parser.status == answer.status)
            #expect(read.body == answer.body)
            #expect(read.taken == answer.text.utf8.count)
        }
    }

    @Test("keeps fields where they are wanted")
    func fields() {
        let text = "HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        let parser = read(text, piece: 5).parser
        #expect(parser.fields.map(\.name) == ["set-cookie", "connection", "content-length"])
        #expect(parser.fields.first?.value == "a=b; Path=/")
        #expect(!parser.staysOpen)
        #expect(read(text, piece: 5, keepsFields: false).parser.fields.isEmpty)
    }

    @Test("stops behind an answer, and reads the next one over the same connection")
    func following() {
        let one = "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabc"
        var read = read(one + "HTTP/1.1 200 OK\r\n", piece: 10_000)
        #expect(read.step == .complete(taken: one.utf8.count))
        #expect(read.parser.staysOpen)
        read.parser.startOver()
        let next = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)
        let step = next.withUnsafeBytes { bytes in read.parser.read(bytes) { _ in } }
        #expect(step == .complete(taken: next.count))
        #expect(read.parser.status == 200)
    }

    @Test("without a length end with the connection, and others may not")
    func untilClose() {
        var open = read("HTTP/1.1 200 OK\r\n\r\nsome", piece: 3)
        #expect(open.step == .more)
        #expect(open.body == "some")
        #expect(open.parser.hasHead && !open.parser.staysOpen)
        #expect(open.parser.end() == .complete(taken: 0))
        for text in ["HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"] {
            var cut = read(text, piece: 100)
            guard case .broken = cut.parser.end() else {
                Issue.record("\(text) passed as whole")
                continue
            }
        }
    }

    @Test(
        "are refused when they are none",
        arguments: [
            "hello\r\n", "HTTP/2 200 OK\r\n", "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1 2000\r\n", "\r\n",
            "HTTP/1.1 200 OK\r\nno field\r\n", "HTTP/1.1 200 OK\r\n: value\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: five\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
            "HTTP/1.1 101 Switching Protocols\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: " + String(repeating: "y", count: 70_000),
        ])
    func refusals(text: String) {
        for piece in [1, 100_000] {
            guard case .broken = read(text, piece: piece).step else {
                Issue.record("\(text.prefix(80)) in pieces of \(piece) was taken")
                continue
            }
        }
    }
}
