/// The server that is measured.
public struct BenchTarget: Sendable, Equatable {
    /// Its name or address.
    public let host: String
    /// Its port.
    public let port: Int

    /// - Throws: ``BenchError`` unless `url` is `http://host[:port]`, with or without a slash at its end.
    public init(_ url: String) throws(BenchError) {
        let refusal = BenchError("'\(url)' is no address to measure; it takes http://host:port")
        guard url.hasPrefix("http://") else { throw refusal }
        var place = url.dropFirst("http://".count)
        if place.hasSuffix("/") { place = place.dropLast() }
        var name = place
        var number = "80"[...]
        // The colons of an IPv6 address stand in brackets.
        if let colon = place.lastIndex(of: ":"), !place[colon...].contains("]") {
            name = place[..<colon]
            number = place[place.index(after: colon)...]
        }
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        guard !name.isEmpty, name.allSatisfy({ $0.isASCII && !"/?#@ []".contains($0) }), let port = Int(number),
            (1...65_535).contains(port)
        else { throw refusal }
        host = String(name)
        self.port = port
    }

    /// `host:port` as the field `Host` says it.
    public var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    /// The address it was made of.
    public var url: String { "http://\(authority)" }
}
