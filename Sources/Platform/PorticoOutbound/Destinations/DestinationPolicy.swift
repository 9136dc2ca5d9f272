import PorticoLimits

/// Which addresses a destination may have. Decides over the address that a connection really goes to, so that neither a
/// name nor a change of what it resolves to leads into the house.
///
/// ```swift
/// DestinationPolicy.publicOnly                                     // what strangers may name
/// DestinationPolicy(ports: [8443], allowing: [ours])               // and one network of the house, port 8443 only
/// DestinationPolicy.anywhere                                       // what only the operator names
/// ```
public struct DestinationPolicy: Sendable, Hashable {
    /// The ports that may be called; nil for all.
    public let ports: Set<Int>?
    /// Whether only `https` may be called.
    public let wantsTLS: Bool
    private let allowed: NetworkSet
    private let hasOwnNetworks: Bool
    private let isOpen: Bool

    /// Public addresses, and the networks of `allowing` besides.
    public init(ports: Set<Int>? = [80, 443], allowing networks: [Network] = [], wantsTLS: Bool = false) {
        self.init(ports: ports, networks: networks, wantsTLS: wantsTLS, isOpen: false)
    }

    private init(ports: Set<Int>?, networks: [Network], wantsTLS: Bool, isOpen: Bool) {
        self.ports = ports
        self.wantsTLS = wantsTLS
        self.allowed = NetworkSet(networks)
        hasOwnNetworks = !networks.isEmpty
        self.isOpen = isOpen
    }

    /// Public addresses on ports 80 and 443.
    public static let publicOnly = DestinationPolicy()
    /// Any address and port: for destinations that nobody but the operator chooses.
    public static let anywhere = DestinationPolicy(ports: nil, networks: [], wantsTLS: false, isOpen: true)

    /// What speaks against an address before anybody resolves it; nil when nothing does.
    public func flaw(of url: OutboundURL) -> String? {
        if wantsTLS, url.scheme != "https" { return "only https is called" }
        guard ports?.contains(url.port) ?? true else { return "port \(url.port) is not called" }
        guard let address = NetworkAddress(url.host) else {
            return mayBePermitted(url.host, port: url.port) ? nil : "the address is not public"
        }
        return permits(address, port: url.port) ? nil : "the address is not public"
    }

    /// Whether a name can lead to an address that is permitted. Names that never leave the machine or the house are known
    /// without asking: `localhost` (RFC 6761 §6.3), `.local` (RFC 6762 §3), `.internal`, `.home.arpa` (RFC 8375), and names
    /// of one label. What any other name resolves to is looked at when it is called.
    private func mayBePermitted(_ name: String, port: Int) -> Bool {
        let labels = name.lowercased().split(separator: ".")
        if labels.last == "localhost" {
            return ["127.0.0.1", "::1"].compactMap { NetworkAddress($0) }.contains { permits($0, port: port) }
        }
        guard !isOpen, !hasOwnNetworks else { return true }
        return labels.count > 1 && !["local", "internal"].contains(labels.last)
            && labels.suffix(2) != ["home", "arpa"]
    }

    /// Whether a connection may go to an address.
    public func permits(_ address: NetworkAddress, port: Int) -> Bool {
        guard ports?.contains(port) ?? true else { return false }
        return isOpen || allowed.contains(address) || DestinationPolicy.isPublic(address)
    }

    /// Whether an address is one of the public internet: global unicast, and none of the registries' special purposes
    /// (IANA special-purpose address registries; RFC 6890 and what updates it).
    public static func isPublic(_ address: NetworkAddress) -> Bool {
        if address.isIPv4 { return !specialIPv4.contains(address) }
        return globalUnicast.contains(address) && !specialIPv6.contains(address)
    }

    /// This network, private use, shared by carriers, loopback, link-local (with the clouds' metadata), protocol
    /// assignments, documentation, 6to4 relays, benchmarks, multicast, reserved; and one metadata address of a cloud that
    /// lies among public ones.
    private static let specialIPv4 = NetworkSet(
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16",
        ].compactMap { Network($0) })

    /// Everything else of IPv6 is loopback, mapped, translated (NAT64), local, multicast or nobody's.
    private static let globalUnicast = NetworkSet(["2000::/3"].compactMap { Network($0) })

    /// Protocol assignments (with Teredo), documentation, 6to4 (which holds an IPv4 address).
    private static let specialIPv6 = NetworkSet(
        ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"].compactMap { Network($0) })
}
