import PorticoBench
import PorticoJSON
import PorticoValues
import Synchronization
import Testing

@Suite("Asking once", .timeLimit(.minutes(2))) struct BenchClientTests {
    @Test("gives status, fields and body")
    func sends() async throws {
        let server = try await CannedServer.start { head in
            CannedServer.ok(#"{"head":"\#(head.split(separator: "\r\n").joined(separator: "|"))"}"#)
        }
        let target = try BenchTarget(server.url)
        let session = BenchSession(cookie: "s=1", csrf: "t")
        let answer = try await BenchClient(target).send(PostTemplate("/a", of: target, as: session).request("{}"))
        #expect(answer.status == 200)
        #expect(answer.field("content-length") != nil)
        #expect(
            answer.json["head"]?.string
                == "POST /a HTTP/1.1|Host: 127.0.0.1:\(server.port)|Cookie: s=1|X-CSRF-Token: t"
                + "|Content-Type: application/json|Content-Length: 2")
        try await server.stop()
    }

    @Test("hears a body as it comes, to its end")
    func streams() async throws {
        let server = try await CannedServer.start { _ in
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        }
        let target = try BenchTarget(server.url)
        let kept = Kept()
        let stream = try await BenchClient(target).open(BenchRequest(get: "/", of: target), within: .seconds(30)) {
            kept.append($0)
        }
        try await stream.whole()
        #expect(stream.status == 200)
        #expect(kept.text == "abcde")
        try await server.stop()
    }

    private final class Kept: Sendable {
        private let bytes = Mutex<[UInt8]>([])

        var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

        func append(_ piece: UnsafeRawBufferPointer) {
            bytes.withLock { $0.append(contentsOf: piece) }
        }
    }

    @Test(
        "fails in one sentence when the answer is cut off, is none, or does not come",
        arguments: ["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "garbage\r\n", ""])
    func fails(text: String) async throws {
        let server = try await CannedServer.start { _ in text }
        let target = try BenchTarget(server.url)
        await #expect(throws: BenchError.self) {
            _ = try await BenchClient(target).send(BenchRequest(get: "/", of: target), within: .milliseconds(200))
        }
        try await server.stop()
    }

    @Test("fails when the connection is closed without an answer")
    func closed() async throws {
        let server = try await CannedServer.start { _ in nil }
        let target = try BenchTarget(server.url)
        await #expect(throws: BenchError("the connection was closed before the answer was whole")) {
            _ = try await BenchClient(target).send(BenchRequest(get: "/", of: target))
        }
        try await server.stop()
    }
}
