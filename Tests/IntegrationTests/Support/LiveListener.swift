import PorticoJSON
import Synchronization

/// A client of the live stream: keeps what it hears, and goes on from the last id it has, at whichever node.
final class LiveListener: Sendable {
    /// One message.
    struct Message: Sendable {
        let id: Int64
        let event: String
        let data: JSONValue
    }

    private struct State {
        var messages: [Message] = []
        var lastID: String?
        var rest = ""
        /// Streams that have begun.
        var begun = 0
    }

    private let topics: String
    private let state = Mutex(State())

    init(_ topics: String) {
        self.topics = topics
    }

    /// Everything it has heard, in order.
    var messages: [Message] { state.withLock(\.messages) }
    /// Streams that have begun to tell it something.
    var begun: Int { state.withLock(\.begun) }
    /// Codes of the scans of bags, in the order it heard of them.
    var bags: [String] {
        messages.filter { $0.event == "scan" && $0.data["kind"] == "child" }.compactMap { $0.data["code"]?.string }
    }

    /// Listens until the stream ends, or its node does.
    /// - Throws: ``Disconnected`` when it does not begin.
    func listen(as visitor: Visitor) async throws {
        try await onThread { [self] in
            let connection = try HTTPConnection(port: visitor.port)
            let last = state.withLock { state -> String? in
                state.rest = ""
                return state.lastID
            }
            let fields = last.map { ["Last-Event-ID: \($0)"] } ?? []
            try connection.send(visitor.request("GET", "\(Visitor.api)/stream?topics=\(topics)", fields: fields))
            let head = try connection.head()
            guard head.status == 200 else { throw Disconnected(description: "the stream gave \(head.status)") }
            var isFirst = true
            // A node that is killed breaks off where it was.
            while let chunk = try? connection.chunk() {
                take(chunk)
                if isFirst { state.withLock { $0.begun += 1 } }
                isFirst = false
            }
        }
    }

    private func take(_ chunk: [UInt8]) {
        state.withLock { state in
            state.rest += String(decoding: chunk, as: UTF8.self)
            var frames = state.rest.split(separator: "\n\n", omittingEmptySubsequences: false).map { String($0) }
            state.rest = frames.removeLast()
            for frame in frames {
                guard let message = LiveListener.message(frame) else { continue }
                state.messages.append(message)
                state.lastID = String(message.id)
            }
        }
    }

    /// A frame's message; nil for signs of life.
    private static func message(_ frame: String) -> Message? {
        var fields: [String: String] = [:]
        for line in frame.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else { continue }
            fields[String(line[..<colon])] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        guard let event = fields["event"], let data = fields["data"] else { return nil }
        let json = (try? JSONValue(parsing: Array(data.utf8))) ?? .null
        return Message(id: fields["id"].flatMap { Int64($0) } ?? 0, event: event, data: json)
    }
}
