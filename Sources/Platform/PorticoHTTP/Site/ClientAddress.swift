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

    /// The client's address in its usual form: the header is read from the right past every trusted proxy. A hop that is no
    /// address ends the reading at the proxy that said so.
    ///
    /// Bytes are compared, not characters: some letters swallow the comma behind them, and a client could hide the address
    /// that the proxy wrote there.
    public func clientAddress(of head: RequestHead) -> String {
        guard contains(head.peer) else { return head.peer }
        var nearest = head.peer
        let hops = head.headers.values("x-forwarded-for").flatMap { $0.utf8.split(separator: 0x2C) }
        for hop in hops.reversed() {
            guard let address = TrustedProxies.address(in: hop) else { return nearest }
            nearest = address.text
            if !networks.contains(address) { return nearest }
        }
        return nearest
    }

    /// The address of a hop, which may carry a port: `192.0.2.1`, `192.0.2.1:81`, `2001:db8::1`, `[2001:db8::1]:81`. A zone
    /// means nothing on another machine, so there is none.
    private static func address(in hop: Substring.UTF8View) -> NetworkAddress? {
        var text = hop.drop { $0 == 0x20 || $0 == 0x09 }
        text = text.prefix { $0 != 0x20 && $0 != 0x09 }
        if text.first == 0x5B, let end = text.firstIndex(of: 0x5D) {
            text = text[text.index(after: text.startIndex)..<end]
        } else if text.count(where: { $0 == 0x3A }) == 1, let colon = text.firstIndex(of: 0x3A) {
            text = text[..<colon]
        }
        let isPlain = text.allSatisfy { byte in
            (0x30...0x3A).contains(byte) || (0x61...0x66).contains(byte | 0x20) || byte == 0x2E
        }
        return isPlain ? NetworkAddress(String(Substring(text))) : nil
    }
}
