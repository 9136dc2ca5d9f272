import Testing

@testable import PorticoServer

@Suite struct HeadScanTests {
    private func find(_ text: String, from start: Int = 0) -> HeadScan.Finding {
        Array(text.utf8).withUnsafeBufferPointer {
            HeadScan.find(in: $0, from: start, mostBytes: 8192, mostFields: 100)
        }
    }

    private func text(_ text: String, _ range: Range<Int>?) -> String? {
        range.map { String(decoding: Array(text.utf8)[$0], as: UTF8.self) }
    }

    @Test("understands a plain request and tells what an answer depends on")
    func simple() throws {
        let first = "HEAD /a?b=1 HTTP/1.1\r\nHost: x\r\n\r\n"
        let both =
            first + "GET /c HTTP/1.1\r\nhost: y:80\r\nACCEPT-Encoding: \t br, gzip \r\nIf-None-Match: \"t\"\r\n\r\nrest"
        guard case .simple(let head) = find(both), case .simple(let next) = find(both, from: head.length) else {
            throw Problem.notSimple
        }
        #expect(head.isHead && head.length == first.utf8.count && text(both, head.target) == "/a?b=1")
        #expect(!next.isHead && next.origin == head.length && text(both, next.target) == "/c")
        #expect(text(both, next.accepted) == "br, gzip" && text(both, next.condition) == "\"t\"")
        #expect(next.origin + next.length == both.utf8.count - 4)
    }

    @Test("tells the date that a client names, beside its tag")
    func dates() throws {
        let request = "GET /a HTTP/1.1\r\nHost: x\r\nif-modified-SINCE:  Sun \r\nIf-None-Match: \"t\"\r\n\r\n"
        guard case .simple(let head) = find(request) else { throw Problem.notSimple }
        #expect(text(request, head.date) == "Sun" && text(request, head.condition) == "\"t\"")
    }

    private enum Problem: Error { case notSimple }

    @Test(
        "measures what it leaves to others",
        arguments: [
            ("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n", 12),
            ("PUT /a HTTP/1.1\r\nHost: x\r\n\r\n", 0),
            ("GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n", 3),
            ("GET /a HTTP/1.1\r\nHost: x\r\nRange: bytes=0-1\r\n\r\n", 0),
            ("GET /a HTTP/1.1\r\nHost: x\r\nIf-Match: \"x\"\r\n\r\n", 0),
            ("GET /a HTTP/1.1\r\nHost: x\r\nIf-Modified-Since: a\r\nIf-Modified-Since: a\r\n\r\n", 0),
            ("GET /a HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br\r\nAccept-Encoding: gzip\r\n\r\n", 0),
        ])
    func others(head: String, body: Int) {
        guard case .other(let length) = find(head) else {
            Issue.record("not measured: \(head)")
            return
        }
        #expect(length == head.utf8.count + body)
    }

    @Test(
        "has no opinion of what is not beyond doubt",
        arguments: [
            "", "GET /a HTTP/1.1\r\nHost: x\r\n", "GET /a HTTP/1.1\r\n\r\n", "GET /a HTTP/1.0\r\nHost: x\r\n\r\n",
            "GET /a HTTP/1.1\nHost: x\n\n", "GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
            "GET  /a HTTP/1.1\r\nHost: x\r\n\r\n", "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n",
            "get /a HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a HTTP/1.1\r\nHost : x\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", "GET /a HTTP/1.1\r\nHost: x\r\nA: \u{1}\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET /\u{e4} HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n", "CONNECT /a HTTP/1.1\r\nHost: x\r\n\r\n",
            "PRI /a HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: x\r\nProxy-Connection: close\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: x\r\n" + String(repeating: "a:\r\n", count: 100) + "\r\n",
            "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a HTTP/1.1\r\nHost: a/b\r\n\r\n",
            "\r\nGET / HTTP/1.1\r\n\r\n",
        ])
    func doubtful(head: String) {
        guard case .unknown = find(head) else {
            Issue.record("was understood: \(head)")
            return
        }
    }

    @Test("does not read on beyond the longest head")
    func bounded() {
        let head = "GET /a HTTP/1.1\r\nHost: x\r\nA: \(String(repeating: "y", count: 9000))\r\n\r\n"
        guard case .unknown = find(head) else {
            Issue.record("a head of 9,000 bytes was read")
            return
        }
    }
}
