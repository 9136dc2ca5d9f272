/// What caches in front of the nodes are told, and which copies of theirs a change of a tag is about.
extension SharedCaching {
    /// The names of these fields.
    public static let edgeFieldNames = ["surrogate-control", "cdn-cache-control", "surrogate-key", "cache-tag"]

    /// The fields for such caches; none where the declaration gives them no time.
    ///
    /// `Surrogate-Control` and its standard form (RFC 9213) say the same to those who know the one or the other, and so do
    /// `Surrogate-Key`, separated by spaces, and `Cache-Tag`, separated by commas.
    func edgeFields(_ parameters: [(name: String, value: String)]) -> [(name: String, value: String)] {
        guard edgeSeconds > 0 else { return [] }
        var terms = "max-age=\(edgeSeconds)"
        if staleWhileRevalidate > 0 { terms += ", stale-while-revalidate=\(staleWhileRevalidate)" }
        if staleIfError > 0 { terms += ", stale-if-error=\(staleIfError)" }
        let fields = [
            (name: "surrogate-control", value: terms), (name: "cdn-cache-control", value: "public, \(terms)"),
        ]
        guard !tags.isEmpty else { return fields }
        let keys = tags.map { SharedCaching.edgeKey(Site.filled($0, parameters)) }
        return fields + [
            (name: "surrogate-key", value: keys.joined(separator: " ")),
            (name: "cache-tag", value: keys.joined(separator: ",")),
        ]
    }

    /// A tag as a key there: what could end it is percent-encoded.
    static func edgeKey(_ tag: String) -> String {
        var key = ""
        for byte in tag.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x3A, 0x5F, 0x7E:
                key.unicodeScalars.append(UnicodeScalar(byte))
            default:
                key += "%\(String(byte >> 4, radix: 16, uppercase: true))"
                key += String(byte & 15, radix: 16, uppercase: true)
            }
        }
        return key
    }
}

extension Site {
    /// Says of a good answer what caches on the way must know: what it differs by, and how long those in front of the nodes
    /// may keep it. An answer that sets a cookie, or says itself who may keep it, is not for them.
    func informCaches(of response: inout Response, _ exchange: Exchange) {
        guard let sharing = exchange.served?.route.cache.sharing else { return }
        for field in sharing.varying { response.headers.add("vary", field.name) }
        guard response.headers["cache-control"] == nil, response.headers["set-cookie"] == nil else { return }
        for field in sharing.edgeFields(exchange.parameters) { response.headers.add(field.name, field.value) }
    }
}
