import Testing

@testable import PorticoRealtime

@Suite struct DeflaterTests {
    @Test("what every window compresses comes back", arguments: 8...15)
    func roundTrip(bits: Int) throws {
        let window = try #require(DeflateWindow(bits: bits))
        let text = (0..<3000).flatMap { Array("line \($0 % 7) of \($0)\n".utf8) }
        for _ in 0..<3 {
            let small = try #require(Deflater.compress(text, window: window))
            #expect(small.count < text.count)
            let inflater = try #require(InflaterPool.shared.take())
            var back: [UInt8] = []
            #expect(inflater.inflate(small, into: &back, atMost: .max) == .fine)
            #expect(inflater.inflate([0, 0, 0xFF, 0xFF], into: &back, atMost: .max) == .fine)
            #expect(back == text)
            InflaterPool.shared.giveBack(inflater)
        }
    }

    @Test("bytes that nothing makes smaller come back as well")
    func noise() throws {
        var state: UInt64 = 88_172_645_463_325_252
        let noise = (0..<50_000).map { _ -> UInt8 in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state)
        }
        let bytes = try #require(Deflater.compress(noise, window: .largest))
        let inflater = try #require(InflaterPool.shared.take())
        var back: [UInt8] = []
        #expect(inflater.inflate(bytes + [0, 0, 0xFF, 0xFF], into: &back, atMost: .max) == .fine)
        #expect(back == noise)
        #expect(!WebSocketFrame.message(.binary, noise, deflate: .largest).isEmpty)
        #expect(WebSocketFrame.message(.binary, noise, deflate: .largest)[0] == 0x82)
    }

    @Test("small messages leave as they are, larger ones are compressed where it was agreed")
    func threshold() {
        let small = [UInt8](repeating: 0x20, count: 1023)
        #expect(WebSocketFrame.message(.text, small, deflate: .largest)[0] == 0x81)
        #expect(WebSocketFrame.message(.text, small + [0x20], deflate: .largest)[0] == 0xC1)
        #expect(WebSocketFrame.message(.text, small + [0x20], deflate: nil)[0] == 0x81)
    }
}

@Suite struct PermessageDeflateTests {
    private func answer(_ fields: String...) -> String? {
        PermessageDeflate(offeredIn: fields)?.answer
    }

    private let plain = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

    @Test(
        "accepts what browsers offer",
        arguments: [
            "permessage-deflate", "permessage-deflate; client_max_window_bits",
            "permessage-deflate;client_max_window_bits=15 ; server_no_context_takeover", "Permessage-Deflate",
            "foo, permessage-deflate; client_no_context_takeover", "permessage-deflate; bad, permessage-deflate",
            "permessage-deflate; server_max_window_bits=7, permessage-deflate",
        ])
    func accepts(field: String) {
        #expect(answer(field) == plain)
    }

    @Test("keeps to the window that the client names")
    func window() {
        #expect(answer("permessage-deflate; server_max_window_bits=10") == "\(plain); server_max_window_bits=10")
        #expect(answer("permessage-deflate; server_max_window_bits=\"8\"") == "\(plain); server_max_window_bits=8")
        #expect(PermessageDeflate(offeredIn: ["permessage-deflate; server_max_window_bits=9"])?.window.bits == 9)
    }

    @Test(
        "declines what it does not understand",
        arguments: [
            "", "x-webkit-deflate-frame", "permessage-deflate; unknown", "permessage-deflate; server_max_window_bits",
            "permessage-deflate; server_max_window_bits=16", "permessage-deflate; server_max_window_bits=08",
            "permessage-deflate; client_max_window_bits=0", "permessage-deflate; server_no_context_takeover=1",
            "permessage-deflate; client_no_context_takeover; client_no_context_takeover", "permessage-deflate;",
        ])
    func declines(field: String) {
        #expect(answer(field) == nil)
    }
}
