/// The codings that bodies are sent in (RFC 9110 §8.4.1).
enum ContentCoding: String, CaseIterable {
    /// RFC 7932; the best first.
    case brotli = "br"
    /// RFC 1952.
    case gzip

    /// Whether `Accept-Encoding` names this coding without the weight 0 (RFC 9110 §12.5.3).
    func isAccepted(by header: String) -> Bool {
        header.utf8.split(separator: 0x2C).contains { item in
            let parts = item.split(separator: 0x3B).map { $0.filter { $0 != 0x20 && $0 != 0x09 } }
            guard let name = parts.first, name.elementsEqual(rawValue.utf8) else { return false }
            let weight = parts.dropFirst().first { $0.starts(with: "q=".utf8) || $0.starts(with: "Q=".utf8) }
            guard let digits = weight?.dropFirst(2) else { return true }
            return digits.contains { (0x31...0x39).contains($0) }
        }
    }

    /// How much time a body may cost.
    enum Effort {
        /// It is compressed once and sent often.
        case once
        /// It is compressed for one answer: about a millisecond for 100 KB.
        case live
        /// It is compressed for an answer that is kept for a while and sent to many.
        case kept
    }

    /// The bytes in this coding, or nil when the library refuses.
    func encode(_ bytes: [UInt8], _ effort: Effort) -> [UInt8]? {
        switch self {
        case .brotli: Compression.brotli(bytes, quality: effort == .once ? 11 : effort == .kept ? 7 : 4)
        case .gzip: Compression.gzip(bytes, level: effort == .live ? 5 : 9)
        }
    }
}

extension Response {
    /// Compresses a whole body of text that is worth it, in the best coding the client takes.
    mutating func compress(for head: RequestHead, _ effort: ContentCoding.Effort = .live) {
        guard case .bytes(let plain) = body, plain.count >= 1024, headers["content-encoding"] == nil,
            let type = headers["content-type"], Response.isText(type)
        else { return }
        announceCodings()
        guard let accepted = head.headers["accept-encoding"],
            let coding = ContentCoding.allCases.first(where: { $0.isAccepted(by: accepted) }),
            let compressed = coding.encode(plain, effort), compressed.count < plain.count
        else { return }
        body = .bytes(compressed)
        headers.add("content-encoding", coding.rawValue)
        // A strong tag names exact bytes, and these are others.
        if let tag = headers["etag"], !tag.hasPrefix("W/") { headers["etag"] = "W/\(tag)" }
    }

    /// Says that the answer differs by what codings a client takes, where it does.
    mutating func announceCodings() {
        guard case .bytes(let plain) = body, plain.count >= 1024, let type = headers["content-type"],
            Response.isText(type),
            !headers.values("vary").contains(where: { $0.lowercased().contains("accept-encoding") })
        else { return }
        headers.add("vary", "accept-encoding")
    }

    private static func isText(_ type: String) -> Bool {
        type.hasPrefix("text/") || type.hasPrefix("application/json") || type.hasPrefix("application/problem+json")
            || type.hasPrefix("application/ld+json") || type.hasPrefix("image/svg+xml")
    }
}
