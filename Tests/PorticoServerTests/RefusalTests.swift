import PorticoHTTP
import PorticoServer
import Testing

/// Bytes that are no request, with the status they earn.
struct Malformed: Sendable, CustomTestStringConvertible {
    let name: String
    let wire: String
    var status = 400

    var testDescription: String { name }

    static let lines: [Malformed] = [
        Malformed(name: "garbage", wire: "\u{1}\u{2}\u{3}\r\n\r\n"),
        Malformed(name: "no version", wire: "GET /\r\n\r\n", status: 505),
        Malformed(name: "two spaces in a target", wire: "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        Malformed(name: "control byte in a target", wire: "GET /a\u{7}b HTTP/1.1\r\nHost: a\r\n\r\n"),
        Malformed(name: "raw UTF-8 in a target", wire: "GET /ä HTTP/1.1\r\nHost: a\r\n\r\n"),
        Malformed(name: "fragment in a target", wire: "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"),
        Malformed(name: "relative target", wire: "GET a HTTP/1.1\r\nHost: a\r\n\r\n"),
        Malformed(name: "asterisk without OPTIONS", wire: "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
        Malformed(name: "authority without CONNECT", wire: "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n"),
        Malformed(name: "userinfo in a target", wire: "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        Malformed(name: "unknown scheme", wire: "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        Malformed(name: "CONNECT", wire: "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", status: 501),
        Malformed(name: "HTTP/2 preface", wire: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", status: 505),
        Malformed(name: "HTTP/2.0", wire: "GET / HTTP/2.0\r\nHost: a\r\n\r\n", status: 505),
        Malformed(name: "HTTP/1.2", wire: "GET / HTTP/1.2\r\nHost: a\r\n\r\n", status: 505),
        Malformed(name: "TLS handshake", wire: "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}"),
    ]

    static let fields: [Malformed] = [
        Malformed(name: "no host", wire: "GET / HTTP/1.1\r\n\r\n"),
        Malformed(name: "two hosts", wire: "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        Malformed(name: "two hosts on 1.0", wire: "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
        Malformed(name: "empty host", wire: "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
        Malformed(name: "host with a path", wire: "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        Malformed(name: "host with userinfo", wire: "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
        Malformed(name: "folded line", wire: "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n"),
        Malformed(name: "fold at the first field", wire: "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
        Malformed(name: "space before the colon", wire: "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
        Malformed(name: "space in a name", wire: "GET / HTTP/1.1\r\nHost: a\r\nX Y: 1\r\n\r\n"),
        Malformed(name: "no name", wire: "GET / HTTP/1.1\r\nHost: a\r\n: 1\r\n\r\n"),
        Malformed(name: "no colon", wire: "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"),
        Malformed(name: "NUL in a value", wire: "GET / HTTP/1.1\r\nHost: a\r\nX: 1\u{0}2\r\n\r\n"),
        Malformed(name: "bare CR in a value", wire: "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r2\r\n\r\n"),
        Malformed(name: "bare LF", wire: "GET / HTTP/1.1\nHost: a\n\n", status: 505),
        Malformed(name: "bare LF in the fields", wire: "GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n"),
    ]

    static let smuggled: [Malformed] = [
        Malformed(name: "two lengths", wire: post("Content-Length: 1\r\nContent-Length: 2\r\n\r\nab")),
        Malformed(name: "the same length twice", wire: post("Content-Length: 1\r\nContent-Length: 1\r\n\r\na")),
        Malformed(name: "list of lengths", wire: post("Content-Length: 1, 1\r\n\r\na")),
        Malformed(name: "negative length", wire: post("Content-Length: -1\r\n\r\n")),
        Malformed(name: "signed length", wire: post("Content-Length: +1\r\n\r\na")),
        Malformed(name: "hexadecimal length", wire: post("Content-Length: 0x1\r\n\r\na")),
        Malformed(name: "empty length", wire: post("Content-Length:\r\n\r\n")),
        Malformed(name: "endless length", wire: post("Content-Length: 99999999999999999999\r\n\r\n")),
        Malformed(
            name: "length and coding", wire: post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")),
        Malformed(
            name: "coding and length", wire: post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n")),
        Malformed(
            name: "coding twice",
            wire: post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")),
        Malformed(name: "unknown coding", wire: post("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), status: 501),
        Malformed(
            name: "compressed coding", wire: post("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), status: 501),
        Malformed(name: "identity", wire: post("Transfer-Encoding: identity\r\n\r\n"), status: 501),
        Malformed(name: "coding on 1.0", wire: "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Malformed(name: "coding behind a space", wire: post("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n")),
        Malformed(name: "coding in a fold", wire: post("Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n")),
        Malformed(name: "bad chunk size", wire: post("Transfer-Encoding: chunked\r\n\r\nzz\r\n")),
        Malformed(name: "signed chunk size", wire: post("Transfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n")),
        Malformed(name: "chunk longer than told", wire: post("Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n")),
        Malformed(name: "chunk size with bare LF", wire: post("Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n")),
        Malformed(name: "endless chunk size", wire: post("Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n")),
    ]

    private static func post(_ rest: String) -> String { "POST / HTTP/1.1\r\nHost: a\r\n" + rest }
}

@Suite(.timeLimit(.minutes(10))) struct RefusalTests {
    @Test("refuses what is no request line and closes", arguments: Malformed.lines)
    func refusesLines(_ malformed: Malformed) async throws {
        try await expectRefusal(of: malformed)
    }

    @Test("refuses field lines two readers could read differently", arguments: Malformed.fields)
    func refusesFields(_ malformed: Malformed) async throws {
        try await expectRefusal(of: malformed)
    }

    @Test("refuses bodies whose end two readers could see at different places", arguments: Malformed.smuggled)
    func refusesSmuggling(_ malformed: Malformed) async throws {
        try await expectRefusal(of: malformed)
    }

    /// Behind every bad request comes a good one, which must not be answered.
    private func expectRefusal(of malformed: Malformed) async throws {
        try await withServer { port, _ in
            let client = try await RawClient.connect(to: port)
            client.sendEventually(malformed.wire + get("/smuggled"))
            let answer = try await client.answer()
            #expect(answer.status == malformed.status)
            #expect(answer["connection"] == "close")
            #expect(answer.body == "refused \(malformed.status)")
            #expect(try await client.rest() == "")
        }
    }

    @Test("refuses targets that are too long", arguments: [2_000, 30_000])
    func refusesLongTargets(length: Int) async throws {
        try await withServer {
            $0.maxURIBytes = 1_024
        } _: { port, _ in
            let client = try await RawClient.connect(to: port)
            client.sendEventually(get("/" + String(repeating: "a", count: length)))
            #expect(try await client.answer().status == 414)
            #expect(try await client.rest() == "")
        }
    }

    @Test("refuses fields that are too many or too large", arguments: [(1, 5_000), (50, 100), (1, 100_000), (300, 1)])
    func refusesLargeFields(count: Int, length: Int) async throws {
        try await withServer {
            $0.maxHeaderBytes = 4_096
        } _: { port, _ in
            let client = try await RawClient.connect(to: port)
            let field = "X: " + String(repeating: "a", count: length) + "\r\n"
            client.sendEventually(get("/", String(repeating: field, count: count)))
            #expect(try await client.answer().status == 431)
            #expect(try await client.rest() == "")
        }
    }

    @Test("answers half a request of a client that has finished sending with 400")
    func refusesHalfRequests() async throws {
        try await withServer { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send("GET / HTTP/1.1\r\nHo")
            try await client.finishSending()
            #expect(try await client.answer().status == 400)
            #expect(try await client.rest() == "")
        }
    }

    @Test(
        "takes absolute targets and asterisks in origin form",
        arguments: [
            ("GET http://b:80/x?y HTTP/1.1\r\nHost: a\r\n\r\n", "/x?y b:80"),
            ("GET HTTPS://b HTTP/1.1\r\nHost: a\r\n\r\n", "/ b"),
            ("GET http://b?q HTTP/1.1\r\nHost: a\r\n\r\n", "/?q b"),
            ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "* a"),
            ("\r\n\r\nGET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", "/ [::1]:8080"),
        ])
    func takesOtherForms(wire: String, expected: String) async throws {
        let responder = ScriptedResponder(atOnce: { .text($0.head.target + " " + ($0.head.headers["host"] ?? "")) })
        try await withServer(responder) { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send(wire)
            #expect(try await client.answer().body == expected)
            await client.close()
        }
    }
}
