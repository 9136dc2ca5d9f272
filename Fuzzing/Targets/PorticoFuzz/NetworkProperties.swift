import PorticoLimits

/// Addresses, networks and lists of them: text and number tell the same, and the search finds what looking at all finds.
enum NetworkProperties {
    static func check(_ input: [UInt8]) {
        let text = String(decoding: input, as: UTF8.self)
        var networks: [Network] = []
        var addresses: [NetworkAddress] = []
        for line in text.split(separator: "\n") {
            if let address = NetworkAddress(String(line)) {
                expect(NetworkAddress(address.text) == address, "an address comes back")
                expect(NetworkAddress(address.text)?.text == address.text, "its text is stable")
                addresses.append(address)
            }
            if let network = Network(line) {
                expect(Network(network.text) == network, "a network comes back")
                expect(network.contains(network.first), "a network holds its first address")
                expect(network.contains(network), "a network holds itself")
                networks.append(network)
            }
        }
        let set = NetworkSet(networks)
        for address in addresses + networks.map(\.first) {
            let isInside = networks.contains { $0.contains(address) }
            expect(set.contains(address) == isInside, "the search finds \(address.text): \(isInside)")
        }
        guard let parsed = try? NetworkSet(parsing: text) else { return }
        let written = parsed.networks.map(\.text).joined(separator: "\n")
        expect((try? NetworkSet(parsing: written)) == parsed, "a list comes back")
    }
}
