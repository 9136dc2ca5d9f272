import NIOCore

/// The numeric address of a connection's other end.
enum PeerAddress {
    /// IPv4 in dots, IPv6 in colons; an IPv4 client of an IPv6 socket is shown as IPv4. Empty when there is none.
    static func text(of address: SocketAddress?) -> String {
        guard let text = address?.ipAddress else { return "" }
        let mapped = "::ffff:"
        guard text.hasPrefix(mapped), text.contains(".") else { return text }
        return String(text.dropFirst(mapped.count))
    }
}
