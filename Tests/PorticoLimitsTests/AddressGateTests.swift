import PorticoLimits
import Testing

@Suite struct AddressGateTests {
    @Test("lets deny win")
    func denyWins() throws {
        let gate = AddressGate(
            deny: try NetworkSet(parsing: "192.0.2.64/26"), allow: try NetworkSet(parsing: "192.0.2.0/24"))
        #expect(gate.verdict(on: "192.0.2.65") == .denied(Network("192.0.2.64/26")))
        #expect(gate.verdict(on: "192.0.2.1") == .allowed(try #require(Network("192.0.2.0/24"))))
        #expect(gate.verdict(on: "198.51.100.1") == .unlisted)
        #expect(gate.verdict(on: "unix") == .unlisted)
    }

    @Test("can admit only what is listed")
    func exclusive() throws {
        let gate = AddressGate(allow: try NetworkSet(parsing: "2001:db8::/32"), admitsOnlyListed: true)
        #expect(gate.verdict(on: "2001:db9::1") == .denied(nil) && gate.verdict(on: "unix") == .denied(nil))
        #expect(gate.verdict(on: "2001:db8::1") == .allowed(try #require(Network("2001:db8::/32"))))
    }

    @Test("replaces both lists at once, or neither when a line is bad")
    func replacing() throws {
        let gate = AddressGate()
        try gate.replace(denyText: "10.0.0.0/8", allowText: "")
        #expect(gate.verdict(on: "10.1.1.1") == .denied(Network("10.0.0.0/8")))
        #expect(throws: AddressListError.self) { try gate.replace(denyText: "", allowText: "x") }
        #expect(gate.networks.deny == [try #require(Network("10.0.0.0/8"))])
    }

    @Test("reads lists with comments and empty lines")
    func parsing() throws {
        let set = try NetworkSet(
            parsing: "# office\r\n192.0.2.1\n\n  2001:db8::/32  ; lab\n10.0.0.0/8 # all\n10.1.0.0/16\n")
        #expect(set.networks.map(\.text) == ["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"])
    }

    @Test("names every bad line")
    func badLines() {
        let error = #expect(throws: AddressListError.self) {
            try NetworkSet(parsing: "10.0.0.0/8\nhost.example\n# fine\n10.0.0.0/64 # too long")
        }
        #expect(error?.lines.map(\.number) == [2, 4])
        #expect(error?.description.contains("Line 2 is no address or network: host.example") == true)
    }

    @Test("finds the same as looking at every network", arguments: 0..<10 as Range<UInt64>)
    func differential(seed: UInt64) throws {
        var numbers = SeededNumbers(seed)
        func address() throws -> NetworkAddress {
            let bytes = (0..<4).map { _ in Int.random(in: 0...255, using: &numbers) }
            let isIPv4 = Bool.random(using: &numbers)
            let text =
                isIPv4
                ? bytes.map(String.init).joined(separator: ".")
                : "20\(bytes[0] % 10)\(bytes[1] % 10):\(bytes[2]):\(bytes[3])::\(bytes[1])"
            return try #require(NetworkAddress(text))
        }
        let networks = try (0..<300).map { _ in
            let first = try address()
            return Network(first, prefix: .random(in: (first.width / 4)...first.width, using: &numbers))
        }
        let set = NetworkSet(networks)
        for _ in 0..<1_000 {
            let probe = try Bool.random(using: &numbers) ? address() : networks.randomElement(using: &numbers)!.first
            #expect(set.contains(probe) == networks.contains { $0.contains(probe) })
        }
    }
}
