import Portico
import PorticoTesting
import Synchronization

/// A client of a WebSocket without a network between: sends commands, and keeps what it is told.
final class LiveSocket: ConnectionLink {
    private let takeover: any ConnectionTakeover
    private let bytes = Mutex<[UInt8]>([])
    private let bell = EventBell()

    /// The head of an opening handshake.
    static func handshake(_ more: KeyValuePairs<String, String> = [:]) -> Headers {
        var headers: Headers = [
            "upgrade": "websocket", "connection": "Upgrade", "sec-websocket-version": "13",
            "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        ]
        for field in more { headers[field.key] = field.value }
        return headers
    }

    /// An answer that hands no connection over.
    struct NoSocket: Error {
        let status: Int
        let text: String
    }

    /// - Throws: ``NoSocket``.
    init(_ answer: TestAnswer) throws {
        guard let takeover = answer.response.takeover else {
            throw NoSocket(status: answer.status, text: answer.text)
        }
        self.takeover = takeover
        takeover.connectionBegan(self)
    }

    func wake() { bell.ring() }

    func abort() { bell.ring() }

    /// Sends a command.
    func say(_ command: JSONValue) {
        let payload = command.bytes
        let length: [UInt8] =
            payload.count < 126
            ? [0x80 | UInt8(payload.count)] : [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        let frame: [UInt8] = [0x81] + length + [0, 0, 0, 0] + payload
        frame.withUnsafeBytes { takeover.received($0) }
        pump()
    }

    /// Breaks off without a word.
    func drop() { takeover.connectionEnded() }

    /// Some seconds have passed.
    func tick() { takeover.tick() }

    /// Everything it was told, once that is enough; the test's time limit ends the wait otherwise.
    func told(until isEnough: ([JSONValue]) -> Bool) async -> [JSONValue] {
        while true {
            pump()
            let told = frames.filter { $0.opcode == 1 }.compactMap { try? JSONValue(parsing: $0.payload) }
            if isEnough(told) || Task.isCancelled { return told }
            await bell.wait(atMost: .seconds(5))
        }
    }

    /// The code with which the server has closed; nil when it has not.
    var closeCode: Int? {
        pump()
        return frames.first { $0.opcode == 8 }.map { Int($0.payload[0]) << 8 | Int($0.payload[1]) }
    }

    /// Sends a command and waits for what is said to it.
    func ask(_ command: JSONValue) async -> JSONValue {
        let ref = command["ref"]
        say(command)
        return await told { $0.contains { $0["ref"] == ref } }.last { $0["ref"] == ref } ?? .null
    }

    /// Watches a topic.
    func watch(_ topic: String, after lastID: String? = nil) async -> JSONValue {
        var command: JSONValue = ["type": "subscribe", "topic": .string(topic), "ref": .string(topic)]
        if let lastID { command["last_id"] = .string(lastID) }
        return await ask(command)
    }

    private func pump() {
        bytes.withLock { bytes in
            while case .more = takeover.produce(room: 4096, { bytes += $0 }) {}
        }
    }

    private var frames: [(opcode: UInt8, payload: [UInt8])] {
        var rest = bytes.withLock { $0 }[...]
        var frames: [(opcode: UInt8, payload: [UInt8])] = []
        while let (start, length) = LiveSocket.measure(Array(rest.prefix(10))), rest.count >= start + length {
            let opcode = rest[rest.startIndex] & 0x0F
            frames.append((opcode: opcode, payload: Array(rest.dropFirst(start).prefix(length))))
            rest = rest.dropFirst(start + length)
        }
        return frames
    }

    /// Where the payload of a frame begins, and how long it is; nil before its head is here.
    private static func measure(_ head: [UInt8]) -> (start: Int, length: Int)? {
        guard head.count >= 2 else { return nil }
        switch head[1] {
        case 126: return head.count < 4 ? nil : (start: 4, length: Int(head[2]) << 8 | Int(head[3]))
        case 127: return head.count < 10 ? nil : (start: 10, length: head[2...].reduce(0) { $0 << 8 | Int($1) })
        default: return (start: 2, length: Int(head[1]))
        }
    }
}
