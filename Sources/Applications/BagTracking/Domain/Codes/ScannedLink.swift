/// The code inside a web address printed as a QR code: our own object addresses and GS1 Digital Links (rule R1).
///
/// Scheme and path markers are compared without regard to case, because a QR code in alphanumeric mode has only
/// capitals.
enum ScannedLink {
    /// Whether `text` is an `http` or `https` address.
    static func isLink(_ text: String) -> Bool {
        let head = ASCII.upperCased(String(decoding: text.utf8.prefix(8), as: UTF8.self))
        return head.hasPrefix("HTTP://") || head == "HTTPS://"
    }

    /// The last path segment when the one before it is `obj`, or the SSCC when it is `00`; query and fragment are
    /// ignored, as is one slash at the end.
    ///
    /// - Throws: `invalid_sscc` for `00` without 18 digits, the invalid code of `kind` for every other address.
    static func code(in link: String, expecting kind: BagKind) throws(CodeError) -> String {
        let segments = pathSegments(of: link)
        guard segments.count >= 2, let last = segments.last else { throw .unknownLink(expecting: kind) }
        switch ASCII.upperCased(String(segments[segments.count - 2])) {
        case "OBJ":
            guard let code = percentDecoded(last).map(ScannedText.tidied), !code.isEmpty else {
                throw .unknownLink(expecting: kind)
            }
            return code
        case "00":
            guard last.utf8.count == 18, last.utf8.allSatisfy(ASCII.isDigit) else {
                throw .malformedSSCC(String(last))
            }
            return String(last)
        default:
            throw .unknownLink(expecting: kind)
        }
    }

    private static func pathSegments(of link: String) -> [Substring] {
        let location = link.drop { $0 != ":" }.dropFirst(3).prefix { $0 != "?" && $0 != "#" }
        guard let slash = location.firstIndex(of: "/"), slash > location.startIndex else { return [] }
        var segments = location[slash...].dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        if segments.last?.isEmpty == true { segments.removeLast() }
        return segments
    }

    /// `segment` with `%XX` made bytes, or nil when that is no valid UTF-8 (RFC 3986 §2.1).
    private static func percentDecoded(_ segment: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = segment.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == 0x25 else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexValue), let low = rest.popFirst().flatMap(hexValue) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
