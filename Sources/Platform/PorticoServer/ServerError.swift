/// Why a server does not start.
public enum ServerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Another process listens on that address.
    case addressInUse(host: String, port: Int)
    /// The address can't be listened on for another reason, given in words.
    case cannotListen(host: String, port: Int, reason: String)
    /// The server was started before; a server starts once.
    case alreadyStarted

    /// One line for the operator.
    public var description: String {
        switch self {
        case .addressInUse(let host, let port):
            "cannot listen on \(host):\(port): the address is in use by another process"
        case .cannotListen(let host, let port, let reason): "cannot listen on \(host):\(port): \(reason)"
        case .alreadyStarted: "the server has been started already"
        }
    }
}
