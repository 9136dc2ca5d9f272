import NIOCore
import NIOPosix
import Testing

@testable import PorticoServer

@Suite struct ConnectionRegistryTests {
    @Test("counts the addresses of one IPv6 network as one client, and those of IPv4 one by one")
    func countsNetworks() async throws {
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let registry = ConnectionRegistry(capacity: 100, capacityPerAddress: 1)
        func isWelcome(_ address: String) -> Bool {
            if case .welcome = registry.add(channel, from: address) { true } else { false }
        }
        let found = ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::2", "192.0.2.1", "192.0.2.2"].map(isWelcome)
        #expect(found == [true, false, true, true, true])
        try await channel.close()
    }

    @Test("lets a client of a network in again when another of it has gone")
    func frees() async throws {
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let registry = ConnectionRegistry(capacity: 100, capacityPerAddress: 1)
        let first = registry.add(channel, from: "2001:db8::1")
        registry.remove(first.id)
        guard case .welcome = registry.add(channel, from: "2001:db8::2") else {
            Issue.record("its place is still taken")
            return
        }
        try await channel.close()
    }
}
