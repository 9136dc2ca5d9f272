import PorticoLimits

/// Networks whose `X-Forwarded-For` and `X-Request-Id` are believed.
public struct TrustedProxies: Sendable {
    private let networks: NetworkSet

    /// Nobody is trusted.
    public static let none = TrustedProxies(networks: NetworkSet())

    private init(networks: NetworkSet) {
        self.networks = networks
    }

    /// Networks in CIDR form (`10.0.0.0/8`, `::1`), or nil when one of them is not.
    public init?(_ texts: [String]) {
        var networks: [Network] = []
        for text in texts {
            guard let network = Network(text) else { return nil }
            networks.append(network)
        }
        self.networks = NetworkSet(networks)
    }

    /// Whether the peer is a trusted proxy.
    public func contains(_ address: String) -> Bool {
        guard !networks.networks.isEmpty, let address = NetworkAddress(address) else { return false }
        return networks.contains(address)
    }

    /// The client's address: the header is read from the right past every trusted proxy. A hop that is no address ends the
    /// reading at the proxy that said so.
    public func clientAddress(of head: RequestHead) -> String {
        guard contains(head.peer) else { return head.peer }
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
        return NetworkAddress(String(text)) == nil ? nil : String(text)
    }
}
