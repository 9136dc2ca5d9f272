import Glibc

/// Networks whose `X-Forwarded-For` and `X-Request-Id` are believed.
public struct TrustedProxies: Sendable {
    private let networks: [AddressRange]

    /// Nobody is trusted.
    public static let none = TrustedProxies(networks: [])

    private init(networks: [AddressRange]) {
        self.networks = networks
    }

    /// Networks in CIDR form (`10.0.0.0/8`, `::1`), or nil when one of them is not.
    public init?(_ texts: [String]) {
        var networks: [AddressRange] = []
        for text in texts {
            guard let range = AddressRange(text) else { return nil }
            networks.append(range)
        }
        self.networks = networks
    }

    /// Whether the peer is a trusted proxy.
    public func contains(_ address: String) -> Bool {
        networks.contains { $0.contains(address) }
    }

    /// The client's address: the header is read from the right past every trusted proxy. A hop that is no address ends the
    /// reading at the proxy that said so.
    public func clientAddress(of head: RequestHead) -> String {
        guard !networks.isEmpty, contains(head.peer) else { return head.peer }
        var nearest = head.peer
        let hops = head.headers.values("x-forwarded-for").flatMap { $0.split(separator: ",") }
        for hop in hops.reversed() {
            guard let address = TrustedProxies.address(in: hop) else { return nearest }
            if !contains(address) { return address }
            nearest = address
        }
        return nearest
    }

    /// The address of a hop, which may carry a port: `192.0.2.1`, `192.0.2.1:81`, `2001:db8::1`, `[2001:db8::1]:81`.
    private static func address(in hop: Substring) -> String? {
        var text = hop.drop { $0 == " " || $0 == "\t" }
        text = text.prefix { $0 != " " && $0 != "\t" }
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            text = text[text.index(after: text.startIndex)..<end]
        } else if text.filter({ $0 == ":" }).count == 1, let colon = text.firstIndex(of: ":") {
            text = text[..<colon]
        }
        return text.contains("/") || AddressRange(String(text)) == nil ? nil : String(text)
    }
}

/// A network of IPv4 or IPv6 addresses (RFC 4632, RFC 4291).
public struct AddressRange: Sendable, Hashable {
    private let bytes: [UInt8]
    private let prefix: Int

    /// An address or a network in CIDR form, or nil.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let bytes = AddressRange.bytes(of: String(parts[0])) else { return nil }
        let most = bytes.count * 8
        guard let prefix = parts.count == 2 ? Int(parts[1]) : most, (0...most).contains(prefix) else { return nil }
        self.bytes = bytes
        self.prefix = prefix
    }

    /// Whether a numeric address lies in the network.
    public func contains(_ address: String) -> Bool {
        guard let other = AddressRange.bytes(of: address), other.count == bytes.count else { return false }
        let whole = prefix / 8
        guard other.prefix(whole).elementsEqual(bytes.prefix(whole)) else { return false }
        let rest = prefix % 8
        guard rest > 0 else { return true }
        let mask = UInt8(truncatingIfNeeded: 0xFF00 >> rest)
        return other[whole] & mask == bytes[whole] & mask
    }

    /// Whether a numeric address is the machine's own (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
    public static func isLoopback(_ address: String) -> Bool {
        address == "::1" || address.hasPrefix("127.")
    }

    private static func bytes(of text: String) -> [UInt8]? {
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 { return withUnsafeBytes(of: &v4) { Array($0) } }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, text, &v6) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: &v6) { Array($0) }
        let isMappedV4 = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMappedV4 ? Array(bytes.suffix(4)) : bytes
    }
}
