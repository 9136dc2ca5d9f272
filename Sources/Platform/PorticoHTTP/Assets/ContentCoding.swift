/// The codings that bodies are sent in (RFC 9110 §8.4.1), those first that make a text smallest when there is time.
enum ContentCoding: String, CaseIterable {
    /// RFC 7932.
    case brotli = "br"
    /// RFC 8878.
    case zstd
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

        /// The codings worth it, the best first. For one answer the quickest is: what brotli saves on the way it costs
        /// several times over here.
        var codings: [ContentCoding] {
            switch self {
            case .once, .kept: [.brotli, .zstd, .gzip]
            case .live: [.zstd, .brotli, .gzip]
            }
        }
    }

    /// What a client gets that accepts this; nil for none.
    static func chosen(by header: String, _ effort: Effort) -> ContentCoding? {
        effort.codings.first { $0.isAccepted(by: header) }
    }

    /// The bytes in this coding, or nil when the library refuses.
    func encode(_ bytes: [UInt8], _ effort: Effort) -> [UInt8]? {
        switch self {
        case .brotli: Compression.brotli(bytes, quality: effort == .once ? 11 : effort == .kept ? 7 : 4)
        case .zstd: Compression.zstd(bytes, level: effort == .once ? 19 : effort == .kept ? 12 : 3)
        case .gzip: Compression.gzip(bytes, level: effort == .live ? 5 : 9)
        }
    }
}

extension Response {
    /// Compresses a body of text that is worth it, in the best coding the client takes: one that is all there, or a stream as
    /// it comes.
    mutating func compress(for head: RequestHead, _ effort: ContentCoding.Effort = .live) {
        guard headers["content-encoding"] == nil, let type = headers["content-type"], Response.isText(type) else {
            return
        }
        switch body {
        case .empty: return
        case .bytes(let plain):
            guard plain.count >= 1024 else { return }
            varyByCoding()
            guard let coding = ContentCoding.chosen(by: head.headers["accept-encoding"] ?? "", effort),
                let compressed = coding.encode(plain, effort), compressed.count < plain.count
            else { return }
            body = .bytes(compressed)
            tell(coding)
        case .stream(let produce):
            // Streams of events are small messages over hours, which the state of a library for each would cost too much.
            guard !type.hasPrefix("text/event-stream") else { return }
            varyByCoding()
            let codings: [ContentCoding] = [.zstd, .gzip]
            let accepted = head.headers["accept-encoding"] ?? ""
            guard let coding = codings.first(where: { $0.isAccepted(by: accepted) }) else { return }
            body = .stream { writer in
                let compressing = try CompressingWriter(coding, before: writer)
                try await produce(compressing)
                try await compressing.finish()
            }
            tell(coding)
        }
    }

    private mutating func varyByCoding() {
        let varies = headers.values("vary").contains { $0.lowercased().contains("accept-encoding") }
        if !varies { headers.add("vary", "accept-encoding") }
    }

    private mutating func tell(_ coding: ContentCoding) {
        headers.add("content-encoding", coding.rawValue)
        // A strong tag names exact bytes, and these are others.
        if let tag = headers["etag"], !tag.hasPrefix("W/") { headers["etag"] = "W/\(tag)" }
    }

    /// Says that the answer differs by what codings a client takes, where it does.
    mutating func announceCodings() {
        guard case .bytes(let plain) = body, plain.count >= 1024, let type = headers["content-type"],
            Response.isText(type)
        else { return }
        varyByCoding()
    }

    private static func isText(_ type: String) -> Bool {
        type.hasPrefix("text/") || type.hasPrefix("application/json") || type.hasPrefix("application/problem+json")
            || type.hasPrefix("application/ld+json") || type.hasPrefix("application/x-ndjson")
            || type.hasPrefix("image/svg+xml")
    }
}
