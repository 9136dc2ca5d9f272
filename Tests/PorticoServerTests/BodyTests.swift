import PorticoHTTP
import PorticoServer
import Testing

@Suite(.timeLimit(.minutes(10))) struct BodyTests {
    @Test("reads a chunked body, with extensions and trailers, byte by byte")
    func readsChunks() async throws {
        try await withServer { port, _ in
            let client = try await RawClient.connect(to: port)
            let wire =
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n4;x=y\r\nwiki\r\n5\r\npedia\r\n0\r\nT: 1\r\n\r\n"
            for character in wire { try await client.send(String(character)) }
            #expect(try await client.answer().body == "POST / wikipedia")
            await client.close()
        }
    }

    @Test("refuses an announced body that is too large before it comes")
    func refusesAnnounced() async throws {
        try await withServer(ScriptedResponder(limit: 10)) { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n")
            let answer = try await client.answer()
            #expect(answer.status == 413)
            #expect(answer["connection"] == "close")
            #expect(try await client.rest() == "")
        }
    }

    @Test("refuses a chunked body whose extensions never end, and one chunk of it is no matter")
    func endlessExtension() async throws {
        try await withServer(ScriptedResponder(limit: 1000)) { port, _ in
            let client = try await RawClient.connect(to: port)
            let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;x="
            let waste = String(repeating: "y", count: 10_000)
            try await client.send(head + waste + "\r\nz\r\n0\r\n\r\n")
            #expect(try await client.answer().body == "POST / z")
            try await client.send(head)
            for _ in 0..<20 { client.sendEventually(waste) }
            #expect(try await client.answer().status == 413)
            await client.close()
        }
    }

    @Test("measures what is dropped of a chunked body by what has come of it, not by what may come")
    func wasteOfLittle() async throws {
        try await withServer(ScriptedResponder(limit: 100_000)) { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=")
            client.sendEventually(String(repeating: "y", count: 300_000) + "\r\nhello\r\n0\r\n\r\n")
            #expect(try await client.answer().status == 413)
            await client.close()
        }
    }

    @Test("measures no request by the bytes of those that came before it in the same batch")
    func wasteOfOthers() async throws {
        try await withServer { port, _ in
            let client = try await RawClient.connect(to: port)
            let body = String(repeating: "y", count: 60_000)
            let whole = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body
            for _ in 0..<10 {
                try await client.send(
                    String(repeating: whole, count: 8)
                        + "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
                for _ in 0..<8 { #expect(try await client.answer().status == 200) }
                try await client.send("hello")
                #expect(try await client.answer().body == "POST / hello")
            }
            await client.close()
        }
    }

    @Test("refuses a chunked body once it grows too large, and the client gets to see it")
    func refusesGrowing() async throws {
        try await withServer(ScriptedResponder(limit: 10)) { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n")
            try await client.send("3\r\n123\r\n")
            client.sendEventually(
                String(repeating: "100\r\n" + String(repeating: "x", count: 256) + "\r\n", count: 400))
            let answer = try await client.answer()
            #expect(answer.status == 413)
            #expect(try await client.rest() == "")
        }
    }

    @Test(
        "takes a body that just fits",
        arguments: [
            "Content-Length: 10\r\n\r\n0123456789", "Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n",
        ])
    func takesFitting(wire: String) async throws {
        try await withServer(ScriptedResponder(limit: 10)) { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send("PUT /x HTTP/1.1\r\nHost: a\r\n" + wire)
            #expect(try await client.answer().body == "PUT /x 0123456789")
            await client.close()
        }
    }

    @Test("lets a client that waits go on")
    func continues() async throws {
        try await withServer { port, _ in
            let client = try await RawClient.connect(to: port)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n")
            #expect(try await client.through("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await client.send("ok")
            #expect(try await client.answer().body == "POST / ok")
            await client.close()
        }
    }

    @Test("carries a large body both ways")
    func carriesLargeBodies() async throws {
        let responder = ScriptedResponder(limit: 8 << 20, atOnce: { Response(.ok, body: .bytes($0.body)) })
        try await withServer(responder) { port, _ in
            let client = try await RawClient.connect(to: port)
            let body = String(repeating: "0123456789abcdef", count: 256 * 1024)
            client.sendEventually("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body)
            #expect(try await client.answer().body == body)
            await client.close()
        }
    }

    @Test("sends the answer to a body that was received elsewhere, when it is ready without waiting for anything")
    func answersReceivedAtOnce() async throws {
        let nobody = Swallower()
        let responder = ScriptedResponder(later: { _ in .text("no such area", status: 422) }, receiver: nobody)
        try await withServer(responder) { port, _ in
            let client = try await RawClient.connect(to: port)
            let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"
            // Whole in one piece, and with the body behind its head: the connection goes on in both cases.
            try await client.send(head + "wiki")
            #expect(try await client.answer().status == 422)
            try await client.send(head)
            try await client.send("wiki")
            #expect(try await client.answer().body == "no such area")
            await client.close()
        }
    }
}

/// Takes a body and keeps nothing of it.
private final class Swallower: BodyReceiver {
    func receive(_ bytes: UnsafeRawBufferPointer) {}
}
