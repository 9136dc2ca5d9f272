import PorticoEvents
import PorticoHTTP
import PorticoValues
import Synchronization

@testable import PorticoRealtime

/// A connection without a socket: keeps what is produced, and rings when it is woken.
final class TestLink: ConnectionLink {
    private struct State {
        var bytes: [UInt8] = []
        var isAborted = false
        var isFinished = false
    }

    let socket: WebSocket
    private let state = Mutex(State())
    private let bell = EventBell()

    init(_ socket: WebSocket) {
        self.socket = socket
        socket.connectionBegan(self)
    }

    func wake() { bell.ring() }

    func abort() {
        state.withLock { $0.isAborted = true }
        bell.ring()
    }

    var isAborted: Bool { state.withLock(\.isAborted) }
    var isFinished: Bool { state.withLock(\.isFinished) }

    /// Gives the socket bytes of the client, then takes what it has to say.
    func send(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { socket.received($0) }
        pump()
    }

    /// Takes what the socket has to say.
    func pump() {
        state.withLock { state in
            while !state.isFinished {
                switch socket.produce(room: 4096, { state.bytes += $0 }) {
                case .more: continue
                case .finished: state.isFinished = true
                case .idle: return
                }
            }
        }
    }

    /// All frames so far.
    var frames: [ServerFrame] { ServerFrame.parse(state.withLock(\.bytes)) }

    /// All frames, once `isEnough`; the test's time limit ends the wait otherwise.
    func frames(when isEnough: ([ServerFrame]) -> Bool) async -> [ServerFrame] {
        while true {
            pump()
            let frames = frames
            if isEnough(frames) || Task.isCancelled { return frames }
            await bell.wait(atMost: .seconds(5))
        }
    }

    /// Waits until the connection has been given up or has ended.
    func end() async {
        while !isAborted, !isFinished, !Task.isCancelled {
            pump()
            if isFinished { return }
            await bell.wait(atMost: .seconds(5))
        }
    }
}

/// The head of an opening handshake.
func handshakeHead(_ change: (inout Headers) -> Void = { _ in }) -> RequestHead {
    var headers: Headers = [
        "host": "portico.test", "upgrade": "websocket", "connection": "keep-alive, Upgrade",
        "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    ]
    change(&headers)
    return RequestHead(method: .get, target: "/socket", headers: headers, peer: "192.0.2.1")
}

/// A socket with an endpoint, and its connection.
func openLink(
    _ endpoint: any WebSocketEndpoint, limits: WebSocket.Limits = WebSocket.Limits(), deflate: Bool = false
) throws -> TestLink {
    let head = handshakeHead { if deflate { $0["sec-websocket-extensions"] = "permessage-deflate" } }
    let response = WebSocket.response(to: try WebSocketHandshake(head), limits: limits, endpoint: endpoint)
    return try openLink(response)
}

/// The connection of an answer that takes it over.
func openLink(_ response: Response) throws -> TestLink {
    guard let socket = response.takeover as? WebSocket else { throw NoSocket() }
    return TestLink(socket)
}

struct NoSocket: Error {}

/// Sends every message back.
final class Echo: WebSocketEndpoint {
    let isClosed = Mutex(false)

    func received(_ message: WebSocketMessage, from socket: WebSocket) {
        socket.send(message)
    }

    func closed(_ socket: WebSocket) {
        isClosed.withLock { $0 = true }
    }
}
