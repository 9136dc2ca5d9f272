import PorticoLimits

@testable import PorticoHTTP

/// Whom a request comes from: never somebody further left than the first address that is no trusted proxy.
enum ForwardedProperties {
    private static let trusted = TrustedProxies(["10.0.0.0/8", "::1", "fd00::/8"]) ?? .none

    static func check(_ input: [UInt8]) {
        var reader = InputReader(input)
        let peer = reader.byte() & 1 == 0 ? "10.0.0.1" : "192.0.2.7"
        var fields: [String] = []
        while !reader.isAtEnd { fields.append(String(decoding: reader.piece(), as: UTF8.self)) }
        let headers = Headers(fields.map { (name: "X-Forwarded-For", value: $0) })
        let head = RequestHead(method: .get, target: "/", headers: headers, peer: peer)
        let address = trusted.clientAddress(of: head)
        guard trusted.contains(peer) else {
            return expect(address == peer, "a stranger's word about itself counts nothing")
        }
        guard let parsed = NetworkAddress(address) else { return expect(false, "the client has an address") }
        let hops = fields.joined(separator: ",").split(separator: ",")
        expect(address == peer || hops.contains { $0.contains(address) }, "the address was named")
        expect(
            address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x25 }, "an address and nothing else: \(address)")
        // Adding a proxy of ours on the right, and anything on the left of a client, changes nothing.
        let more =
            [(name: "x-forwarded-for", value: "203.0.113.9")] + headers + [(name: "x-forwarded-for", value: "10.9.9.9")]
        if !trusted.contains(address) { expect(client(peer, more) == address, "words further left change nothing") }
        // Proxies write behind what the client sent, on the same line.
        for field in fields {
            let line = [(name: "x-forwarded-for", value: "\(field), 203.0.113.5")]
            expect(
                client(peer, line) == "203.0.113.5", "nothing a client sends hides its address: \(client(peer, line))")
        }
        expect(NetworkAddress(parsed.text) == parsed, "an address comes back")
    }

    private static func client(_ peer: String, _ fields: [Headers.Element]) -> String {
        trusted.clientAddress(of: RequestHead(method: .get, target: "/", headers: Headers(fields), peer: peer))
    }
}
