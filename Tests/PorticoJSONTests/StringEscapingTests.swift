import PorticoJSON
import Testing

@Suite struct StringEscapingTests {
    /// The rule of RFC 8259 §7, one character at a time.
    private func escaped(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{08}": result += "\\b"
            case "\t": result += "\\t"
            case "\n": result += "\\n"
            case "\u{0C}": result += "\\f"
            case "\r": result += "\\r"
            case "\u{00}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    @Test("escapes every ASCII character at every place of every short length")
    func everyPlace() throws {
        for length in 1...26 {
            for place in 0..<length {
                for code in UInt8(0)...0x7F {
                    var bytes = [UInt8](repeating: 0x61, count: length)
                    bytes[place] = code
                    let plain = text(bytes)
                    let json = written { $0.value(plain) }
                    try #require(json == escaped(plain), "code \(code) at \(place) of \(length)")
                    try #require(try JSONDocument(parsing: Array(json.utf8)).root.string == plain)
                }
            }
        }
    }

    @Test("passes other scripts through at every offset to a word")
    func otherScripts() throws {
        for prefix in 0..<17 {
            for piece in ["é", "€", "日本", "🧳", "\u{2028}", "\u{7F}", "\u{FFFF}", "\u{10FFFF}", "🧳\"é\\日\n"] {
                let plain = String(repeating: "a", count: prefix) + piece + String(repeating: "z", count: 16 - prefix)
                let json = written { $0.value(plain) }
                #expect(json == escaped(plain))
                #expect(try JSONDocument(parsing: Array(json.utf8)).root.string == plain)
            }
        }
    }

    @Test("escapes strings in which nearly everything must be escaped")
    func dense() throws {
        let plain = String(repeating: "\u{01}\"\\\n", count: 5000)
        let json = written { $0.value(plain) }
        #expect(json == escaped(plain))
        #expect(try JSONDocument(parsing: Array(json.utf8)).root.string == plain)
    }

    @Test("writes empty strings and substrings")
    func pieces() {
        #expect(written { $0.value("") } == "\"\"")
        #expect(written { $0.value(String("abc\"def".dropFirst(2))) } == "\"c\\\"def\"")
    }

    @Test("survives random text")
    func random() throws {
        var generator = SeededGenerator(seed: 2)
        let alphabet = Array("abcdefgh \"\\\n\u{01}éß€日🧳".unicodeScalars)
        for _ in 0..<3000 {
            var plain = ""
            for _ in 0..<Int.random(in: 0...60, using: &generator) {
                plain.unicodeScalars.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)])
            }
            let json = written { $0.value(plain) }
            try #require(json == escaped(plain))
            try #require(try JSONDocument(parsing: Array(json.utf8)).root.string == plain)
        }
    }
}
