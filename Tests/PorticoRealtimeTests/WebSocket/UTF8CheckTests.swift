import Testing

@testable import PorticoRealtime

@Suite struct UTF8CheckTests {
    private func accepts(_ bytes: [UInt8], inPartsOf size: Int = .max) -> Bool {
        var check = UTF8Check()
        for start in stride(from: 0, to: bytes.count, by: min(size, max(1, bytes.count))) {
            let part = Array(bytes[start..<min(bytes.count, start + min(size, bytes.count))])
            guard part.withUnsafeBytes({ check.accept($0) }) else { return false }
        }
        return check.isComplete
    }

    @Test(
        "takes well-formed text, whole and byte by byte",
        arguments: ["", "plain text of some length", "κόσμε ütf 𐍈 😀 \u{10FFFF}"])
    func wellFormed(text: String) {
        #expect(accepts(Array(text.utf8)))
        #expect(accepts(Array(text.utf8), inPartsOf: 1))
    }

    @Test(
        "refuses what is not well-formed",
        arguments: [
            [0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xC3, 0x28], [0xE2, 0x82],
        ] as [[UInt8]])
    func malformed(bytes: [UInt8]) {
        #expect(!accepts(bytes))
        #expect(!accepts(Array("eight or more bytes ".utf8) + bytes, inPartsOf: 3))
    }

    @Test("notices at the first byte that can't go on")
    func failsFast() {
        var check = UTF8Check()
        let surrogate: [UInt8] = [0xED, 0xA0]
        let isFine = surrogate.withUnsafeBytes { check.accept($0) }
        #expect(!isFine)
    }

    @Test("agrees with the standard library on all sequences of three bytes from the interesting ones")
    func agrees() {
        let bytes: [UInt8] = [
            0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
            0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        for first in bytes {
            for second in bytes {
                for third in bytes {
                    let text = [first, second, third]
                    #expect(accepts(text) == (String(validating: text, as: UTF8.self) != nil), "\(text)")
                }
            }
        }
    }
}
