import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct OwnSessionsTests {
    @Test("reads the hexadecimal it writes, and nothing else")
    func hexadecimal() {
        let bytes: [UInt8] = [0, 1, 0x7F, 0xAB, 0xFF]
        #expect([UInt8](hexadecimal: bytes.hexadecimal) == bytes)
        for text in ["0", "0g", "AB", "é0", " 00", "0x"] { #expect([UInt8](hexadecimal: text) == nil) }
    }

    @Test("finds its place again from a cursor's parts")
    func position() {
        let key: [UInt8] = [1, 2, 3]
        let position = OwnSessions.Position(["1700000000000", key.base64URL])
        #expect(position?.key == key && position?.lastSeenAt == Instant(milliseconds: 1_700_000_000_000))
        for parts in [[], ["1"], ["x", "AQID"], ["1", "?"], ["1", "AQID", "z"]] {
            #expect(OwnSessions.Position(parts) == nil)
        }
    }
}
