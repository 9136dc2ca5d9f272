import CCurl

/// An address of the web that may be called: `http` or `https`, with a host, without credentials.
///
/// Read by the parser that makes the call as well, so that the two never disagree about which host an address names.
/// Its description is the origin alone, because paths and queries of such addresses are often secrets.
public struct OutboundURL: Sendable, Hashable, CustomStringConvertible {
    /// The longest address: bytes.
    public static let longest = 2048

    /// The whole address in its normal form, without a fragment. May hold secrets.
    public let text: String
    /// `http` or `https`.
    public let scheme: String
    /// Name or numeric address; IPv6 without brackets.
    public let host: String
    /// The port, also where the address does not say it.
    public let port: Int

    /// Reads an address.
    /// - Throws: ``OutboundError`` with code `.invalidURL`; it does not repeat the text.
    public init(_ text: String) throws(OutboundError) {
        try self.init(text, relativeTo: nil)
    }

    /// Scheme, host and port: what may be logged.
    public var origin: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(scheme)://\(name):\(port)"
    }

    /// The origin.
    public var description: String { origin }

    /// The address that a redirect from here names.
    /// - Throws: ``OutboundError`` with code `.invalidURL`.
    func following(_ location: String) throws(OutboundError) -> OutboundURL {
        try OutboundURL(location, relativeTo: self.text)
    }

    /// Whether credentials meant for this address may go to another.
    func sharesOrigin(with other: OutboundURL) -> Bool {
        origin == other.origin
    }

    private init(_ text: String, relativeTo base: String?) throws(OutboundError) {
        // Parsers of addresses forgive more slashes than there should be, and not all the same ones.
        guard !text.contains(":///"), !text.contains("\\") else {
            throw OutboundError(.invalidURL, detail: "an address has two slashes before its host")
        }
        let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard isPlain, !text.isEmpty, text.utf8.count <= OutboundURL.longest else {
            throw OutboundError(.invalidURL, detail: "an address has 1 to \(OutboundURL.longest) printable ASCII bytes")
        }
        guard let parser = curl_url() else { throw OutboundError(.invalidURL, detail: "no memory for an address") }
        defer { curl_url_cleanup(parser) }
        if let base { try OutboundURL.set(base, on: parser) }
        try OutboundURL.set(text, on: parser)
        curl_url_set(parser, CURLUPART_FRAGMENT, nil, 0)
        let scheme = OutboundURL.part(CURLUPART_SCHEME, of: parser)?.lowercased() ?? ""
        guard scheme == "https" || scheme == "http" else {
            throw OutboundError(.invalidURL, detail: "an address begins with https:// or http://")
        }
        // A bare "user@" counts as well, which the parser's own check lets pass in redirects.
        guard OutboundURL.part(CURLUPART_USER, of: parser) == nil else {
            throw OutboundError(.invalidURL, detail: "an address has no credentials")
        }
        guard OutboundURL.part(CURLUPART_ZONEID, of: parser) == nil else {
            throw OutboundError(.invalidURL, detail: "an address has no zone")
        }
        let host = OutboundURL.part(CURLUPART_HOST, of: parser)?.lowercased() ?? ""
        let port = OutboundURL.part(CURLUPART_PORT, of: parser, flags: CURLU_DEFAULT_PORT).flatMap { Int($0) }
        guard (1...260).contains(host.utf8.count), let port, (1...65_535).contains(port),
            let whole = OutboundURL.part(CURLUPART_URL, of: parser)
        else { throw OutboundError(.invalidURL, detail: "an address has a host") }
        // What is percent-coded in a host is decoded after its notations of numbers were understood: only a host that is read
        // the same once more is the one that would be called.
        guard host.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), OutboundURL.host(of: whole) == host else {
            throw OutboundError(.invalidURL, detail: "an address has a plain host")
        }
        self.text = whole
        self.scheme = scheme
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        self.port = port
    }

    private static func host(of text: String) -> String? {
        guard let parser = curl_url() else { return nil }
        defer { curl_url_cleanup(parser) }
        guard (try? set(text, on: parser)) != nil else { return nil }
        return part(CURLUPART_HOST, of: parser)?.lowercased()
    }

    private static func set(_ text: String, on parser: OpaquePointer) throws(OutboundError) {
        guard curl_url_set(parser, CURLUPART_URL, text, UInt32(CURLU_DISALLOW_USER)) == CURLUE_OK else {
            throw OutboundError(.invalidURL, detail: "it is no address, or one with credentials")
        }
    }

    private static func part(_ part: CURLUPart, of parser: OpaquePointer, flags: Int32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(parser, part, &text, UInt32(flags)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
