import PorticoValues

@testable import PorticoJobs

/// Mails are lines that nothing in a value can add to, and readers get back what was written.
enum MailProperties {
    static func check(_ input: [UInt8]) {
        var reader = InputReader(input)
        let kind = reader.byte() % 4
        let text = reader.text()
        switch kind {
        case 0: checkAddress(text)
        case 1: checkField(MailHeader.text("Subject", text), name: "Subject")
        case 2: checkField(MailHeader.attachment(text), name: "Content-Disposition")
        default: checkBody(text)
        }
    }

    private static func checkAddress(_ text: String) {
        if let address = try? MailAddress(text) {
            expect(address.address == text && text.utf8.count <= 254, "an address stays as it is")
            expect(text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3C && $0 != 0x3E }, "one plain word")
            expect((try? MailAddress(MailAddress.key(text))) != nil, "its key is an address")
        }
        guard let named = try? MailAddress("someone@example.org", name: text) else { return }
        let field = MailHeader.address("To", named)
        checkField(field, name: "To")
        expect(
            field.hasSuffix(text.isEmpty ? "To: someone@example.org\r\n" : " <someone@example.org>\r\n"), "the address")
    }

    /// One field: every further line begins with a space, all are short, all is printable ASCII.
    private static func checkField(_ field: String, name: String) {
        let bytes = Array(field.utf8)
        expect(field.hasPrefix("\(name):") && bytes.suffix(2) == [0x0D, 0x0A], "a field with its end")
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 0x0D: expect(bytes[index + 1] == 0x0A, "a line ends in CRLF")
            case 0x0A:
                expect(index > 0 && bytes[index - 1] == 0x0D, "a line ends in CRLF")
                expect(index == bytes.count - 1 || bytes[index + 1] == 0x20, "no line begins another field")
            default: expect(byte >= 0x20 && byte < 0x7F, "printable ASCII")
            }
        }
        for line in bytes.split(separator: 0x0A) { expect(line.count <= 79, "a short line") }
    }

    private static func checkBody(_ text: String) {
        let (kind, body) = MailEncoding.text(text)
        let bytes = Array(body.utf8)
        expect(bytes.suffix(2) == [0x0D, 0x0A], "the last line ends")
        expect(bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F || [0x09, 0x0A, 0x0D].contains($0) }, "seven bits")
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
        expect(lines.allSatisfy { $0.last == 0x0D && $0.count <= 77 }, "short lines that end in CRLF")
        let decoded = decode(kind, lines.map { Array($0.dropLast()) })
        let expected = normalised(text)
        // Whether the first return of two in front of a line feed is a line of its own, nobody can say.
        guard !Array(text.utf8).windows(of: 3).contains([0x0D, 0x0D, 0x0A]) else { return }
        // The end of the last line is also the end of the text.
        expect(
            decoded == expected || decoded + [0x0A] == expected, "\(kind): a reader gets \(decoded), not \(expected)")
    }

    /// Line ends of every kind as LF.
    private static func normalised(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var wasReturn = false
        for byte in text.utf8 {
            if byte == 0x0D {
                bytes.append(0x0A)
            } else if byte != 0x0A || !wasReturn {
                bytes.append(byte)
            }
            wasReturn = byte == 0x0D
        }
        return bytes
    }

    private static func decode(_ kind: MailEncoding.Kind, _ lines: [[UInt8]]) -> [UInt8] {
        switch kind {
        case .plain: return Array(lines.joined(separator: [0x0A]))
        case .base64: return normalised(String(decoding: base64(lines.joined()), as: UTF8.self))
        case .quotedPrintable: return quotedPrintable(lines)
        }
    }

    private static func base64(_ text: some Sequence<UInt8>) -> [UInt8] {
        let plain = text.filter { $0 != 0x3D }.map { $0 == 0x2B ? 0x2D : $0 == 0x2F ? 0x5F : $0 }
        return [UInt8](base64URL: String(decoding: plain, as: UTF8.self)) ?? []
    }

    private static func quotedPrintable(_ lines: [[UInt8]]) -> [UInt8] {
        var decoded: [UInt8] = []
        for (number, line) in lines.enumerated() {
            var index = 0
            var isSoft = false
            while index < line.count {
                if line[index] == 0x3D, index == line.count - 1 {
                    isSoft = true
                    index += 1
                } else if line[index] == 0x3D {
                    let digits = String(decoding: line[(index + 1)..<min(index + 3, line.count)], as: UTF8.self)
                    decoded.append(UInt8(digits, radix: 16) ?? 0)
                    index += 3
                } else {
                    decoded.append(line[index])
                    index += 1
                }
            }
            if !isSoft, number < lines.count - 1 { decoded.append(0x0A) }
        }
        return decoded
    }
}

extension [UInt8] {
    /// All runs of a length.
    fileprivate func windows(of length: Int) -> some Sequence<[UInt8]> {
        indices.dropLast(length - 1).lazy.map { Array(self[$0..<($0 + length)]) }
    }
}
