/// A network of IPv4 or IPv6 addresses (RFC 4632, RFC 4291): an address and how many of its leading bits count.
///
/// The families stay apart: `::/0` holds every IPv6 address and no IPv4 address.
public struct Network: Sendable, Hashable, Comparable {
    /// The first address.
    public let first: NetworkAddress
    /// The bits that all its addresses share: 0…32 or 0…128.
    public let prefix: Int

    /// The network around an address. Further bits of the address are dropped; the prefix is held within its range.
    public init(_ address: NetworkAddress, prefix: Int) {
        self.prefix = min(max(0, prefix), address.width)
        let mask = Network.mask(prefix: self.prefix, width: address.width)
        self.first = NetworkAddress(bits: address.bits & mask, isIPv4: address.isIPv4)
    }

    /// An address or a network in CIDR form (`10.0.0.0/8`, `2001:db8::/32`, `::1`); nil when the text is neither.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = NetworkAddress(String(parts[0])) else { return nil }
        guard parts.count == 2 else {
            self.init(address, prefix: address.width)
            return
        }
        let isNumber = !parts[1].isEmpty && parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isNumber, let prefix = Int(parts[1]) else { return nil }
        // A mapped IPv4 network counts its prefix from the start of the IPv6 address.
        let own = address.isIPv4 && parts[0].contains(":") ? prefix - 96 : prefix
        guard (0...address.width).contains(own) else { return nil }
        self.init(address, prefix: own)
    }

    /// Whether an address lies in the network.
    public func contains(_ address: NetworkAddress) -> Bool {
        address.isIPv4 == first.isIPv4
            && (address.bits ^ first.bits) & Network.mask(prefix: prefix, width: first.width) == 0
    }

    /// Whether another network lies in this one.
    public func contains(_ other: Network) -> Bool {
        other.prefix >= prefix && contains(other.first)
    }

    /// The CIDR form; a single address without its prefix.
    public var text: String {
        prefix == first.width ? first.text : "\(first.text)/\(prefix)"
    }

    /// By the first address, a larger network before a smaller one.
    public static func < (left: Network, right: Network) -> Bool {
        left.first == right.first ? left.prefix < right.prefix : left.first < right.first
    }

    private static func mask(prefix: Int, width: Int) -> UInt128 {
        // Shifts of 128 and more give 0.
        (UInt128.max << (width - prefix)) & (UInt128.max >> (128 - width))
    }
}
