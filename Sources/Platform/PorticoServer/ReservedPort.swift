import Glibc
import NIOCore

/// A free port, kept from everybody else until a server of this process listens on it: so its number is known before there is
/// anything to serve.
///
/// The socket is bound and never listens. A server's own socket may be bound beside it, because both allow their address to be
/// used again (socket(7), `SO_REUSEADDR`).
public final class ReservedPort: Sendable {
    /// Its number.
    public let number: Int
    private let descriptor: Int32

    /// Reserves a port.
    /// - Parameter host: the address that the server will listen on.
    /// - Throws: ``ServerError`` where the address can't be listened on.
    public init(host: String) throws(ServerError) {
        guard let address = try? SocketAddress.makeAddressResolvingHost(host, port: 0),
            let (descriptor, number) = ReservedPort.bind(address)
        else { throw ServerError.cannotListen(host: host, port: 0, reason: "no port of this address can be had") }
        self.descriptor = descriptor
        self.number = number
    }

    deinit { close(descriptor) }

    private static func bind(_ address: SocketAddress) -> (descriptor: Int32, number: Int)? {
        let family = address.withSockAddr { base, _ in Int32(base.pointee.sa_family) }
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var isOn: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &isOn, socklen_t(MemoryLayout<Int32>.size))
        let status = address.withSockAddr { base, size in Glibc.bind(descriptor, base, socklen_t(size)) }
        guard status == 0, let number = port(of: descriptor) else {
            close(descriptor)
            return nil
        }
        return (descriptor, number)
    }

    /// The port stands at the same place in addresses of both families, in network order (RFC 3493 §3.3).
    private static func port(of descriptor: Int32) -> Int? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        guard status == 0 else { return nil }
        return withUnsafeBytes(of: storage) { Int($0[2]) << 8 | Int($0[3]) }
    }
}
