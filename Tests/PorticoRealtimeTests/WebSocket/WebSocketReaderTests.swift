import Testing

@testable import PorticoRealtime

@Suite struct WebSocketReaderTests {
    private typealias Event = WebSocketReader.Event

    private func read(
        _ bytes: [UInt8], inPartsOf size: Int = .max, inflates: Bool = false, most: Int = 1 << 20
    ) throws(WebSocketFailure) -> [Event] {
        var reader = WebSocketReader(maximumMessage: most, maximumFrame: most, inflates: inflates)
        var events: [Event] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(size))
            rest = rest.dropFirst(part.count)
            var failure: WebSocketFailure?
            part.withUnsafeBytes { bytes in
                do throws(WebSocketFailure) { try reader.read(bytes) { events.append($0) } } catch { failure = error }
            }
            if let failure { throw failure }
        }
        return events
    }

    private func code(_ bytes: [UInt8], inflates: Bool = false, most: Int = 1 << 20) -> UInt16? {
        do {
            _ = try read(bytes, inflates: inflates, most: most)
            return nil
        } catch {
            return error.close.code
        }
    }

    @Test(
        "reads messages of every size class, whole and in parts", arguments: [0, 1, 125, 126, 65_535, 65_536, 70_001])
    func sizes(count: Int) throws {
        let payload = (0..<count).map { UInt8($0 % 251) }
        let frame = ClientFrame.bytes(2, payload, mask: [0xA1, 0, 0xFF, 7])
        #expect(try read(frame) == [.binary(payload)])
        #expect(try read(frame, inPartsOf: 1447) == [.binary(payload)])
        if count < 1000 { #expect(try read(frame, inPartsOf: 1) == [.binary(payload)]) }
    }

    @Test("puts fragments together and tells control frames between them at once")
    func fragments() throws {
        let bytes =
            ClientFrame.text("Hel", isFinal: false) + ClientFrame.bytes(9, [1])
            + ClientFrame.bytes(0, [], isFinal: false)
            + ClientFrame.bytes(0, Array("lo".utf8)) + ClientFrame.bytes(10, [])
        let expected: [Event] = [.ping([1]), .text(Array("Hello".utf8)), .pong([])]
        #expect(try read(bytes) == expected)
        #expect(try read(bytes, inPartsOf: 1) == expected)
    }

    @Test("a character may be split between fragments")
    func splitCharacter() throws {
        let euro = Array("€".utf8)
        let bytes = ClientFrame.bytes(1, [euro[0]], isFinal: false) + ClientFrame.bytes(0, Array(euro[1...]))
        #expect(try read(bytes) == [.text(euro)])
        #expect(code(ClientFrame.bytes(1, [euro[0]])) == 1007)
    }

    @Test("notices bad text before the message ends")
    func badText() {
        #expect(code(ClientFrame.bytes(1, [0x68, 0xFF], isFinal: false)) == 1007)
        let halfFrame = Array(ClientFrame.bytes(1, [0xFF] + [UInt8](repeating: 0x20, count: 500)).prefix(20))
        #expect(code(halfFrame) == 1007)
    }

    @Test(
        "ends what breaks the protocol with 1002",
        arguments: [
            ClientFrame.bytes(1, [], mask: nil), ClientFrame.bytes(1, [], reserved: 0x40),
            ClientFrame.bytes(1, [], reserved: 0x20), ClientFrame.bytes(3, []), ClientFrame.bytes(0xB, []),
            ClientFrame.bytes(0, []), ClientFrame.bytes(9, [], isFinal: false),
            ClientFrame.bytes(9, [UInt8](repeating: 0, count: 126)),
            ClientFrame.bytes(1, [], isFinal: false) + ClientFrame.bytes(1, []), ClientFrame.bytes(8, [3]),
            ClientFrame.close(999), ClientFrame.close(1004), ClientFrame.close(1005), ClientFrame.close(1006),
            ClientFrame.close(1016), ClientFrame.close(2999), ClientFrame.close(5000),
            [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4],
        ])
    func protocolErrors(bytes: [UInt8]) {
        #expect(code(bytes) == 1002)
    }

    @Test("tells why the client closes")
    func closes() throws {
        #expect(try read(ClientFrame.bytes(8, [])) == [.close(nil)])
        #expect(try read(ClientFrame.close(1000, "done")) == [.close(WebSocketClose(1000, "done"))])
        #expect(try read(ClientFrame.close(3000)) == [.close(WebSocketClose(3000))])
        #expect(code(ClientFrame.bytes(8, [0x03, 0xE8, 0xFF])) == 1007)
    }

    @Test("a length that is only announced is refused before its bytes come")
    func tooBig() throws {
        let head = Array(ClientFrame.bytes(2, [UInt8](repeating: 0, count: 2000)).prefix(8))
        #expect(code(head, most: 1999) == 1009)
        #expect(code(head, most: 2000) == nil)
        let parts = ClientFrame.bytes(2, [1, 2, 3], isFinal: false) + ClientFrame.bytes(0, [4, 5])
        #expect(code(parts, most: 4) == 1009)
        #expect(code(parts, most: 5) == nil)
    }

    @Test("inflates messages, in one frame or several", arguments: [1, 7, 4096])
    func inflates(size: Int) throws {
        let text = Array(String(repeating: "live updates, ", count: 400).utf8)
        let small = try #require(Deflater.compress(text, window: .largest))
        #expect(small.count < text.count / 10)
        let whole = ClientFrame.bytes(1, small, reserved: 0x40)
        #expect(try read(whole, inPartsOf: size, inflates: true) == [.text(text)])
        let half = small.count / 2
        let parts =
            ClientFrame.bytes(1, Array(small[..<half]), isFinal: false, reserved: 0x40)
            + ClientFrame.bytes(9, []) + ClientFrame.bytes(0, Array(small[half...]))
        #expect(try read(parts + whole, inPartsOf: size, inflates: true) == [.ping([]), .text(text), .text(text)])
    }

    @Test("refuses what inflates to too much, does not inflate, or to what is no text")
    func badCompression() throws {
        let zeros = try #require(Deflater.compress([UInt8](repeating: 0, count: 100_000), window: .largest))
        #expect(code(ClientFrame.bytes(2, zeros, reserved: 0x40), inflates: true, most: 99_999) == 1009)
        #expect(code(ClientFrame.bytes(2, [0xFF, 0xFF, 0xFF], reserved: 0x40), inflates: true) == 1007)
        let bad = try #require(Deflater.compress([0x68, 0xFF], window: .largest))
        #expect(code(ClientFrame.bytes(1, bad, reserved: 0x40), inflates: true) == 1007)
        let parts = ClientFrame.bytes(2, [], isFinal: false) + ClientFrame.bytes(0, [], reserved: 0x40)
        #expect(code(parts, inflates: true) == 1002)
    }

    @Test("an empty compressed message is a message")
    func emptyCompressed() throws {
        #expect(try read(ClientFrame.bytes(1, [0], reserved: 0x40), inflates: true) == [.text([])])
        #expect(try read(ClientFrame.bytes(1, [], reserved: 0x40), inflates: true) == [.text([])])
    }
}
