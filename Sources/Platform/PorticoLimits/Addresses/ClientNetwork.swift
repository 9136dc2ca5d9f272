/// What counts as one client: an IPv4 address, or the /64 of an IPv6 address, since a subscriber has at least a /64 and
/// could use another address for every request.
public struct ClientNetwork: Sendable, Hashable {
    enum Family: String, Sendable {
        case unknown, v4, v6
    }

    /// The IPv4 address, or the upper half of the IPv6 address.
    let bits: UInt64
    let family: Family

    /// Clients without a numeric address, as on a Unix socket, all together.
    public static let unknown = ClientNetwork(bits: 0, family: .unknown)

    init(bits: UInt64, family: Family) {
        self.bits = bits
        self.family = family
    }

    /// The client of an address.
    public init(_ address: NetworkAddress) {
        self.init(
            bits: UInt64(truncatingIfNeeded: address.isIPv4 ? address.bits : address.bits >> 64),
            family: address.isIPv4 ? .v4 : .v6)
    }

    /// The client of a numeric address; ``unknown`` when it is none.
    public static func of(address: String) -> ClientNetwork {
        NetworkAddress(address).map(ClientNetwork.init) ?? .unknown
    }

    /// The client as a network; nil for ``unknown``.
    public var network: Network? {
        switch family {
        case .unknown: nil
        case .v4: Network(NetworkAddress(bits: UInt128(bits), isIPv4: true), prefix: 32)
        case .v6: Network(NetworkAddress(bits: UInt128(bits) << 64, isIPv4: false), prefix: 64)
        }
    }

    /// `192.0.2.1`, `2001:db8::/64` or `unknown`.
    public var text: String { network?.text ?? "unknown" }
}
