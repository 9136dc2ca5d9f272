/// A request target in origin form, with the authority an absolute one named (RFC 9112 §3.2).
struct RequestTarget {
    /// Path and query, or `*` for OPTIONS.
    let origin: String
    /// Host and port of a target in absolute form.
    let authority: String?

    /// The target, or nil when it is none a request to this server may have.
    init?(_ text: String, isOptions: Bool) {
        guard text.utf8.allSatisfy(RequestTarget.isAllowed) else { return nil }
        if text.utf8.first == 0x2F {
            origin = text
            authority = nil
            return
        }
        if text == "*" {
            guard isOptions else { return nil }
            origin = text
            authority = nil
            return
        }
        guard let rest = RequestTarget.withoutScheme(text) else { return nil }
        let end = rest.utf8.firstIndex { $0 == 0x2F || $0 == 0x3F } ?? rest.endIndex
        let name = String(rest[..<end])
        guard RequestTarget.isAuthority(name) else { return nil }
        let path = rest[end...]
        origin = path.utf8.first == 0x2F ? String(path) : "/" + path
        authority = name
    }

    private static func withoutScheme(_ text: String) -> Substring? {
        for scheme in ["http://", "https://"] where text.utf8.count >= scheme.utf8.count {
            let end = text.utf8.index(text.startIndex, offsetBy: scheme.utf8.count)
            if text[..<end].lowercased() == scheme { return text[end...] }
        }
        return nil
    }

    /// Visible ASCII but for what no client sends raw: a fragment, quotes and angle brackets.
    static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x22, 0x23, 0x3C, 0x3E: false
        default: byte > 0x20 && byte < 0x7F
        }
    }

    /// Whether the text could be a host with an optional port (RFC 3986 §3.2.2): no userinfo, no slash, not empty.
    static func isAuthority(_ text: String) -> Bool {
        guard !text.isEmpty else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            // - . _ ~ % : [ ] and the sub-delimiters
            case 0x2D, 0x2E, 0x5F, 0x7E, 0x25, 0x3A, 0x5B, 0x5D: true
            case 0x21, 0x24, 0x26...0x2C, 0x3B, 0x3D: true
            default: false
            }
        }
    }
}
