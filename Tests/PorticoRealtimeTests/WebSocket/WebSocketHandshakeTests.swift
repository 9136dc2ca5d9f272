import PorticoHTTP
import PorticoValues
import Testing

@testable import PorticoRealtime

@Suite struct WebSocketHandshakeTests {
    private func problem(_ change: (inout Headers) -> Void, subprotocols: [String] = []) -> Problem? {
        do {
            _ = try WebSocketHandshake(handshakeHead(change), subprotocols: subprotocols)
            return nil
        } catch {
            return error
        }
    }

    @Test("answers as RFC 6455 §1.3 shows")
    func accepts() throws {
        let handshake = try WebSocketHandshake(handshakeHead())
        let response = WebSocket.response(to: handshake, endpoint: Echo())
        #expect(response.status == 101)
        #expect(response.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(response.headers["upgrade"] == "websocket")
        #expect(response.headers["sec-websocket-extensions"] == nil)
        #expect(response.takeover is WebSocket)
    }

    @Test("agrees on a subprotocol and on compression")
    func negotiates() throws {
        let head = handshakeHead {
            $0["sec-websocket-protocol"] = "graphql-ws, portico.topics.v1"
            $0["sec-websocket-extensions"] = "permessage-deflate; client_max_window_bits"
        }
        let handshake = try WebSocketHandshake(head, subprotocols: ["portico.topics.v1"])
        let response = WebSocket.response(to: handshake, endpoint: Echo())
        #expect(response.headers["sec-websocket-protocol"] == "portico.topics.v1")
        #expect(response.headers["sec-websocket-extensions"]?.hasPrefix("permessage-deflate; server_no") == true)
        #expect(try WebSocketHandshake(head, subprotocols: ["portico.topics.v1"], compresses: false).deflate == nil)
        #expect(problem({ $0["sec-websocket-protocol"] = "other" }, subprotocols: ["one"])?.status == 400)
        #expect(problem({ _ in }, subprotocols: ["one"]) == nil)
    }

    @Test("tells plain requests and other versions what is spoken here")
    func versions() {
        let plain = problem { $0["upgrade"] = nil }
        #expect(plain?.status == 426)
        #expect(plain?.headers.contains { $0.name == "upgrade" } == true)
        #expect(problem { $0["connection"] = "close" }?.status == 426)
        let old = problem { $0["sec-websocket-version"] = "8" }
        #expect(old?.status == 426)
        #expect(old?.headers.first { $0.name == "sec-websocket-version" }?.value == "13")
    }

    @Test("refuses keys that are none")
    func keys() {
        for key in ["", "short==", "dGhlIHNhbXBsZSBub25jZQ=!", "dGhlIHNhbXBsZSBub25jZTEy"] {
            #expect(problem { $0["sec-websocket-key"] = key }?.status == 400)
        }
        #expect(problem { $0["sec-websocket-key"] = nil }?.status == 400)
        #expect(problem { $0.add("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==") }?.status == 400)
    }

    @Test("lets pages of this site in, and programs, but no page of another site")
    func origins() throws {
        #expect(problem { $0["origin"] = "http://portico.test" } == nil)
        for origin in [
            "https://portico.test", "http://evil.test", "null", "http://portico.test.evil.test",
            "http://portico.test:444",
        ] {
            #expect(problem { $0["origin"] = origin }?.status == 403)
        }
        let head = handshakeHead { $0["origin"] = "https://desk.test" }
        _ = try WebSocketHandshake(head, origins: ["https://desk.test"])
    }

    @Test("a page that came without TLS is another site's, where people reach this one over TLS")
    func schemes() throws {
        let site = SiteOrigin(publicURL: "https://portico.test", isSecure: true)
        _ = try WebSocketHandshake(handshakeHead { $0["origin"] = "https://portico.test" }, site: site)
        #expect(throws: Problem.self) {
            try WebSocketHandshake(handshakeHead { $0["origin"] = "http://portico.test" }, site: site)
        }
    }

    @Test("SHA-1 gives the digests of RFC 3174 and of the lengths around a block")
    func digests() {
        #expect(SHA1.digest(Array("abc".utf8)).hexadecimal == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(SHA1.digest([]).hexadecimal == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
        let long = Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)
        #expect(SHA1.digest(long).hexadecimal == "84983e441c3bd26ebaae4aa1f95129e5e54670f1")
    }
}
