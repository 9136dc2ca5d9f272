import PorticoValues

/// How bodies travel over lines of seven bits (RFC 2045).
enum MailEncoding {
    /// The names of `Content-Transfer-Encoding`.
    enum Kind: String {
        case plain = "7bit"
        case quotedPrintable = "quoted-printable"
        case base64 = "base64"
    }

    /// A text as it travels, with CRLF at every line's end, and how.
    static func text(_ text: String) -> (kind: Kind, body: String) {
        let lines = lines(of: text)
        let bytes = text.utf8
        let isPlain = lines.allSatisfy { line in
            line.utf8.count <= 76 && line.utf8.allSatisfy { (0x20...0x7E).contains($0) } && line.last != " "
        }
        if isPlain { return (.plain, ended(lines.joined(separator: "\r\n"))) }
        let foreign = bytes.reduce(0) { $0 + ($1 > 0x7E ? 1 : 0) }
        guard foreign * 4 > bytes.count else {
            return (.quotedPrintable, ended(lines.map { quotedPrintable($0) }.joined(separator: "\r\n")))
        }
        return (.base64, lined(base64(Array(lines.joined(separator: "\r\n").utf8))))
    }

    /// The lines of a text, whichever way they end. Looked for byte by byte: a CR and an LF may make one character with
    /// what stands beside them.
    private static func lines(of text: String) -> [String] {
        var lines: [[UInt8]] = [[]]
        var isAfterReturn = false
        for byte in text.utf8 {
            let isReturn = byte == 0x0D
            if isReturn || (byte == 0x0A && !isAfterReturn) {
                lines.append([])
            } else if byte != 0x0A {
                lines[lines.count - 1].append(byte)
            }
            isAfterReturn = isReturn
        }
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Base64 in lines of 76 characters.
    static func lined(_ encoded: String) -> String {
        var lines: [Substring] = []
        var rest = encoded[...]
        while !rest.isEmpty {
            lines.append(rest.prefix(76))
            rest = rest.dropFirst(76)
        }
        return ended(lines.joined(separator: "\r\n"))
    }

    /// Base64 with the usual alphabet and padding (RFC 4648 §4).
    static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var value: UInt32 = 0
            for byte in group { value = value << 8 | UInt32(byte) }
            value <<= UInt32(3 - group.count) * 8
            for index in 0..<4 {
                let isPadding = index > group.count
                text.append(isPadding ? 0x3D : alphabet[Int(value >> UInt32(18 - 6 * index) & 63)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// One line of quoted-printable, broken softly at 76 characters.
    private static func quotedPrintable(_ line: String) -> String {
        var text = ""
        var width = 0
        let bytes = Array(line.utf8)
        for (index, byte) in bytes.enumerated() {
            let isLast = index == bytes.count - 1
            let isBlank = byte == 0x20 || byte == 0x09
            let isPlain = (0x21...0x7E).contains(byte) && byte != 0x3D || isBlank && !isLast
            let piece = isPlain ? String(UnicodeScalar(byte)) : "=" + [byte].hexadecimal.uppercased()
            if width + piece.utf8.count > 75 {
                text += "=\r\n"
                width = 0
            }
            text += piece
            width += piece.utf8.count
        }
        return text
    }

    private static func ended(_ text: String) -> String {
        text.hasSuffix("\r\n") ? text : text + "\r\n"
    }
}
