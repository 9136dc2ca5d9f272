import PorticoJSON
import Synchronization

/// A client of the live socket: keeps what it hears, and goes on from the last id of its topic, at whichever node.
final class SocketListener: Sendable {
    private struct State {
        var told: [JSONValue] = []
        var lastID: String?
        var begun = 0
    }

    private let topic: String
    private let state = Mutex(State())

    init(_ topic: String) {
        self.topic = topic
    }

    /// Everything it was told, in order.
    var told: [JSONValue] { state.withLock(\.told) }
    /// How often it has begun to watch its topic.
    var begun: Int { state.withLock(\.begun) }
    /// Codes of the scans of bags, in the order it heard of them.
    var bags: [String] {
        told.filter { $0["event"] == "scan" && $0["data"]?["kind"] == "child" }
            .compactMap { $0["data"]?["code"]?.string }
    }

    /// The head of an opening handshake.
    /// - Parameter origin: the page's, as a browser says it.
    static func handshake(as visitor: Visitor, origin: String? = nil) -> [UInt8] {
        visitor.request(
            "GET", "\(Visitor.api)/socket",
            fields: [
                "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ] + (origin.map { ["Origin: \($0)"] } ?? []))
    }

    /// Listens until the node ends the socket, or itself.
    /// - Throws: ``Disconnected`` when it does not begin.
    func listen(as visitor: Visitor) async throws {
        try await onThread { [self] in
            let connection = try HTTPConnection(port: visitor.port)
            try connection.send(SocketListener.handshake(as: visitor))
            let head = try connection.head()
            guard head.status == 101 else { throw Disconnected(description: "the socket gave \(head.status)") }
            var command: JSONValue = ["type": "subscribe", "topic": .string(topic)]
            if let lastID = state.withLock(\.lastID) { command["last_id"] = .string(lastID) }
            try connection.say(command.bytes)
            // A node that is killed breaks off where it was.
            while let text = try? connection.text() { take((try? JSONValue(parsing: text)) ?? .null) }
        }
    }

    private func take(_ message: JSONValue) {
        state.withLock { state in
            state.told.append(message)
            if message["type"] == "subscribed" { state.begun += 1 }
            state.lastID = message["id"]?.string ?? state.lastID
        }
    }
}
