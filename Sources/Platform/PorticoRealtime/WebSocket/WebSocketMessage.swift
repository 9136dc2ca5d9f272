/// A whole message of a WebSocket.
public enum WebSocketMessage: Sendable, Hashable {
    /// Text; the bytes are well-formed UTF-8.
    case text([UInt8])
    /// Any bytes.
    case binary([UInt8])

    /// Text.
    public static func text(_ text: String) -> WebSocketMessage { .text(Array(text.utf8)) }

    /// The bytes.
    public var bytes: [UInt8] {
        switch self {
        case .text(let bytes), .binary(let bytes): bytes
        }
    }

    var opcode: WebSocketOpcode {
        switch self {
        case .text: .text
        case .binary: .binary
        }
    }
}

/// What a WebSocket is for: hears of messages and of the end. Its methods run on the connection's event loop, so they must
/// neither block nor compute for long; each socket has one of its own.
public protocol WebSocketEndpoint: AnyObject, Sendable {
    /// The connection is open.
    func opened(_ socket: WebSocket)
    /// A message has come.
    func received(_ message: WebSocketMessage, from socket: WebSocket)
    /// The next frame to be sent, as it goes on the wire; nil when there is none. Asked when the socket has room and
    /// nothing that was given to ``WebSocket/send(_:)`` waits. Call ``WebSocket/wake()`` to be asked.
    func nextFrame(for socket: WebSocket) -> [UInt8]?
    /// Some seconds have passed.
    func ticked(_ socket: WebSocket)
    /// The connection is gone; nothing comes after it.
    func closed(_ socket: WebSocket)
}

extension WebSocketEndpoint {
    /// Does nothing.
    public func opened(_ socket: WebSocket) {}
    /// Nothing to send.
    public func nextFrame(for socket: WebSocket) -> [UInt8]? { nil }
    /// Does nothing.
    public func ticked(_ socket: WebSocket) {}
    /// Does nothing.
    public func closed(_ socket: WebSocket) {}
}
