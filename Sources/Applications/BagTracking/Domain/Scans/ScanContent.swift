import Portico

/// What makes two requests with one `client_scan_id` the same scan (rule R13).
enum ScanContent {
    /// Whether a request is new, a repetition, or another scan under a used id.
    enum Comparison: Sendable, Hashable {
        case fresh, replay, reused
    }

    /// A digest of kind, code and parent after R1, bill and ticket: the first 128 bits of SHA-256, as 22 characters
    /// of URL-safe Base64. Half of the digest is ample, because it is only ever compared within one user's scans
    /// with the same id, and there is one in every row of the largest table.
    ///
    /// - Parameters:
    ///   - code: as received; so is `parent`. Texts that R1 refuses count as they are, apart from invisible
    ///     characters.
    static func hash(kind: ScanKind, code: String, parent: String?, billID: Int64?, ticketID: Int64?) -> String {
        let fields = [
            kind.rawValue, normalised(code), parent.map(normalised), billID.map { String($0) },
            ticketID.map { String($0) },
        ]
        var bytes: [UInt8] = []
        for field in fields {
            append(field, to: &bytes)
        }
        return Digest.sha256(bytes)[..<16].base64URL
    }

    /// Compares a request with the scan that is stored under its id, if any.
    static func compare(stored: String?, requested: String) -> Comparison {
        guard let stored else { return .fresh }
        return stored == requested ? .replay : .reused
    }

    private static func normalised(_ text: String) -> String {
        (try? ScannedText.normalise(text)) ?? ScannedText.tidied(text)
    }

    /// Appends a field behind its length, so that no two lists of fields give the same bytes.
    private static func append(_ field: String?, to bytes: inout [UInt8]) {
        guard let field else {
            bytes.append(0)
            return
        }
        bytes.append(1)
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: field.utf8.count).littleEndian) {
            bytes.append(contentsOf: $0)
        }
        bytes.append(contentsOf: field.utf8)
    }
}
