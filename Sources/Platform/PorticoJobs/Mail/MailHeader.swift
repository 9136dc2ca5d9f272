import PorticoValues

/// Writes header fields so that nothing in a value can begin another one (RFC 5322, RFC 2047, RFC 2231).
enum MailHeader {
    /// The longest line that is made here, without its end.
    private static let lineLimit = 76

    /// `Name: value` with its line end. Text beyond printable ASCII becomes encoded words; control characters become
    /// spaces.
    static func text(_ name: String, _ value: String) -> String {
        let value = harmless(value)
        guard isPlain(value), name.utf8.count + 2 + value.utf8.count <= lineLimit else {
            return name + ": " + encodedWords(value, firstIndent: name.utf8.count + 2) + "\r\n"
        }
        return name + ": " + value + "\r\n"
    }

    /// `Name: "Person" <address>` with its line end.
    static func address(_ name: String, _ address: MailAddress) -> String {
        guard let person = address.name.map({ harmless($0) }) else { return "\(name): \(address.address)\r\n" }
        if isPlain(person), name.utf8.count + person.utf8.count * 2 + 6 <= lineLimit {
            let quoted = person.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return "\(name): \"\(quoted)\"\r\n <\(address.address)>\r\n"
        }
        return name + ": " + encodedWords(person, firstIndent: name.utf8.count + 2) + "\r\n <\(address.address)>\r\n"
    }

    /// `Content-Disposition` of a file, its name in pieces that fit a line.
    static func attachment(_ fileName: String) -> String {
        let name = harmless(fileName.replacing("/", with: "_"))
        let encoded = percentEncoded(name)
        var lines: [String] = []
        var line = ""
        for piece in encoded {
            if line.utf8.count + piece.utf8.count > 50 {
                lines.append(line)
                line = ""
            }
            line += piece
        }
        lines.append(line)
        let fields = lines.enumerated().map { index, part in
            let number = lines.count == 1 ? "" : "*\(index)"
            return " filename\(number)*=\(index == 0 ? "UTF-8''" : "")\(part)"
        }
        return "Content-Disposition: attachment;\r\n" + fields.joined(separator: ";\r\n") + "\r\n"
    }

    /// `Tue, 21 Nov 2026 10:35:38 +0000` (RFC 5322 §3.3).
    static func date(_ instant: Instant) -> String {
        let days = floorDivision(instant.milliseconds, 86_400_000)
        let date = CalendarDate(daysSinceEpoch: Int(days))
        let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let time = instant.rfc3339.dropFirst(11).prefix(8)
        return "\(names[weekday(ofDay: Int(days))]), \(date.day) \(months[date.month - 1]) \(date.year) \(time) +0000"
    }

    /// The text with spaces for control characters, which are what headers could be forged with.
    private static func harmless(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? " " : $0 }))
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || [0x2028, 0x2029].contains(scalar.value)
    }

    /// Whether a text may stand as it is. What looks like an encoded word must be encoded.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
            && text.first != " " && text.last != " "
    }

    /// Words of at most 75 characters, none of which cuts a character in two, one a line.
    private static func encodedWords(_ text: String, firstIndent: Int) -> String {
        var words: [String] = []
        var bytes: [UInt8] = []
        // Three bytes become four characters, beside twelve that each word needs.
        var room = max(6, (lineLimit - firstIndent - 12) / 4 * 3)
        for scalar in text.unicodeScalars {
            let next = Array(String(scalar).utf8)
            if bytes.count + next.count > room {
                words.append("=?UTF-8?B?\(MailEncoding.base64(bytes))?=")
                bytes = []
                room = 45
            }
            bytes += next
        }
        words.append("=?UTF-8?B?\(MailEncoding.base64(bytes))?=")
        return words.joined(separator: "\r\n ")
    }

    /// A character or an escape each, so that no piece is cut.
    private static func percentEncoded(_ text: String) -> [String] {
        text.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
                || [0x2D, 0x2E, 0x5F].contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + [byte].hexadecimal.uppercased()
        }
    }
}
