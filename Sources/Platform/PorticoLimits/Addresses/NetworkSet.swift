/// Networks to look an address up in: sorted, without those that lie in others, so that a binary search finds the only
/// candidate. Ten thousand entries take fourteen steps.
public struct NetworkSet: Sendable, Hashable {
    /// The networks in order; none lies in another.
    public let networks: [Network]

    /// A set of networks; what lies in another network is dropped.
    public init(_ networks: some Sequence<Network> = []) {
        var kept: [Network] = []
        for network in networks.sorted() where !(kept.last?.contains(network) ?? false) {
            kept.append(network)
        }
        self.networks = kept
    }

    /// The network that holds an address.
    public func network(containing address: NetworkAddress) -> Network? {
        var (low, high) = (0, networks.count)
        while low < high {
            let middle = (low + high) / 2
            if networks[middle].first <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0, networks[low - 1].contains(address) else { return nil }
        return networks[low - 1]
    }

    /// Whether an address lies in one of the networks.
    public func contains(_ address: NetworkAddress) -> Bool {
        network(containing: address) != nil
    }
}
