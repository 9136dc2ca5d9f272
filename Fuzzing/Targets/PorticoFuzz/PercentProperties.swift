import PorticoHTTP

/// Percent-coding and form pairs against a second decoder, and round trips.
enum PercentProperties {
    static func check(_ input: [UInt8]) {
        var reader = InputReader(input)
        let plusIsSpace = reader.byte() & 1 == 1
        let text = reader.text()
        let decoded = PercentCoding.decode(text, plusIsSpace: plusIsSpace)
        expect(decoded.map { Array($0.utf8) } == reference(text, plusIsSpace), "both decoders agree")
        let encoded = PercentCoding.encode(text)
        expect(PercentCoding.decode(encoded).map { Array($0.utf8) } == Array(text.utf8), "an encoded text comes back")
        expect(
            encoded.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && ![0x22, 0x26, 0x2B, 0x2F, 0x3C, 0x3D].contains($0) },
            "an encoded text is one word")
        checkPairs(text)
    }

    private static func checkPairs(_ text: String) {
        guard let pairs = PercentCoding.pairs(text) else { return }
        expect(pairs.count <= 2000, "there is an end to pairs")
        let written = pairs.map { "\(PercentCoding.encode($0.name))=\(PercentCoding.encode($0.value))" }
        let again = PercentCoding.pairs(written.joined(separator: "&"))
        let isSame = again?.elementsEqual(pairs) { left, right in
            left.name.utf8.elementsEqual(right.name.utf8) && left.value.utf8.elementsEqual(right.value.utf8)
        }
        expect(isSame == true, "pairs come back")
    }

    /// A state machine over the bytes.
    private static func reference(_ text: String, _ plusIsSpace: Bool) -> [UInt8]? {
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0x25 {
                guard index + 2 < bytes.count else { return nil }
                let digits = bytes[(index + 1)...(index + 2)].map { Unicode.Scalar($0) }
                guard digits.allSatisfy({ $0.properties.isASCIIHexDigit }),
                    let value = UInt8(String(String.UnicodeScalarView(digits)), radix: 16)
                else { return nil }
                decoded.append(value)
                index += 3
            } else {
                decoded.append(bytes[index] == 0x2B && plusIsSpace ? 0x20 : bytes[index])
                index += 1
            }
        }
        return String(validating: decoded, as: UTF8.self).map { Array($0.utf8) }
    }
}
