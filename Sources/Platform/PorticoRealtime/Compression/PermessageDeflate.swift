/// What was agreed about compression (permessage-deflate, RFC 7692 §7).
///
/// No window is ever kept from one message to the next, on either side: then an idle connection holds no compressor, and
/// one compressed broadcast fits everybody.
struct PermessageDeflate: Sendable, Hashable {
    /// How far back our messages may refer.
    let window: DeflateWindow
    /// Whether the client named a window, so that the answer has to.
    private let namesWindow: Bool

    /// The first acceptable offer of `Sec-WebSocket-Extensions`, or nil.
    /// - Parameter fields: the values of all fields of that name.
    init?(offeredIn fields: [String]) {
        for field in fields {
            for offer in field.split(separator: ",") {
                if let accepted = PermessageDeflate(offer: offer) {
                    self = accepted
                    return
                }
            }
        }
        return nil
    }

    private init?(offer: Substring) {
        var parts = offer.split(separator: ";", omittingEmptySubsequences: false).map(PermessageDeflate.tidied)
        guard !parts.isEmpty, parts.removeFirst().lowercased() == "permessage-deflate" else { return nil }
        var window = DeflateWindow.largest
        var seen: Set<String> = []
        for part in parts {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = PermessageDeflate.tidied(pair[0]).lowercased()
            let value = pair.count > 1 ? PermessageDeflate.unquoted(PermessageDeflate.tidied(pair[1])) : nil
            guard seen.insert(name).inserted else { return nil }
            switch (name, value) {
            case ("server_no_context_takeover", nil), ("client_no_context_takeover", nil): break
            case ("client_max_window_bits", nil): break
            case ("client_max_window_bits", .some(let bits)):
                guard PermessageDeflate.window(bits) != nil else { return nil }
            case ("server_max_window_bits", .some(let bits)):
                guard let smaller = PermessageDeflate.window(bits) else { return nil }
                window = smaller
            default: return nil
            }
        }
        self.window = window
        self.namesWindow = seen.contains("server_max_window_bits")
    }

    /// The value of `Sec-WebSocket-Extensions` in the answer.
    var answer: String {
        let base = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
        return namesWindow ? "\(base); server_max_window_bits=\(window.bits)" : base
    }

    /// A window in decimal digits without leading zeros (§7.1.2).
    private static func window(_ digits: String) -> DeflateWindow? {
        guard digits.utf8.first != 0x30, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(digits).flatMap { DeflateWindow(bits: $0) }
    }

    private static func unquoted(_ text: String) -> String {
        guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
        return String(text.dropFirst().dropLast())
    }

    private static func tidied(_ text: Substring) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var text = text.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return String(text)
    }
}
