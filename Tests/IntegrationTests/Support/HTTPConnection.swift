import Glibc
import PorticoJSON

/// An answer of a node.
struct Answer: Sendable {
    var status = 0
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    /// The first field of this name; names in lower case.
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    /// The body as text.
    var text: String { String(decoding: body, as: UTF8.self) }
    /// The body as JSON; null when it is none.
    var json: JSONValue { (try? JSONValue(parsing: body)) ?? nil }
}

/// The other side went away, or was never there.
struct Disconnected: Error, CustomStringConvertible {
    let description: String
}

/// A connection to a node, for one thread at a time. It waits at most half a minute for anything, unless it was told how long
/// an answer may take.
final class HTTPConnection {
    private let socket: Int32
    private let limit: Duration?
    private var deadline: ContinuousClock.Instant?
    private var received: [UInt8] = []
    private static let patience: Int32 = 30_000

    /// - Parameter limit: within which a whole answer must have come, counted from when its request began to be sent.
    /// - Throws: ``Disconnected`` when nobody listens.
    init(port: Int, answersWithin limit: Duration? = nil) throws {
        self.limit = limit
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // `deinit` closes what was opened, after an error as well. Closed twice, the number may be another thread's by then.
        guard status == 0 else { throw Disconnected(description: "no connection: \(String(cString: strerror(errno)))") }
    }

    deinit {
        close(socket)
    }

    /// Sends bytes of a request.
    func send(_ bytes: [UInt8]) throws {
        deadline = limit.map { ContinuousClock.now + $0 }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Disconnected(description: "not sent: \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(count)
        }
    }

    /// Reads the next answer.
    func answer() throws -> Answer {
        var answer = try head()
        if answer.header("transfer-encoding") == "chunked" {
            while let chunk = try chunk() { answer.body += chunk }
        } else if let length = answer.header("content-length").flatMap({ Int($0) }) {
            answer.body = try take(length)
        }
        return answer
    }

    /// Reads the next answer up to its body.
    func head() throws -> Answer {
        var answer = Answer()
        let head = try line(endingWith: Array("\r\n\r\n".utf8))
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        answer.status = Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
        answer.headers = lines.dropFirst().compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            return (name: line[..<colon].lowercased(), value: String(value))
        }
        return answer
    }

    /// Reads the next part of a body whose length nobody knows; nil at its end.
    func chunk() throws -> [UInt8]? {
        let size = String(decoding: try line(endingWith: Array("\r\n".utf8)), as: UTF8.self)
        guard let count = Int(size.trimmed, radix: 16) else { throw Disconnected(description: "bad chunk \(size)") }
        let bytes = try take(count)
        _ = try take(2)
        return count == 0 ? nil : bytes
    }

    /// Sends a text over a connection that has become a WebSocket (RFC 6455 §5); the mask changes nothing.
    func say(_ text: [UInt8]) throws {
        let length: [UInt8] =
            text.count < 126
            ? [0x80 | UInt8(text.count)] : [0xFE, UInt8(text.count >> 8), UInt8(text.count & 0xFF)]
        try send([0x81] + length + [0, 0, 0, 0] + text)
    }

    /// Reads the next text of a WebSocket; nil when the node has closed it. Signs of life are passed over.
    func text() throws -> [UInt8]? {
        while true {
            let head = try take(2)
            var length = Int(head[1])
            if length == 126 { length = try take(2).reduce(0) { $0 << 8 | Int($1) } }
            if length == 127 { length = try take(8).reduce(0) { $0 << 8 | Int($1) } }
            let payload = try take(length)
            switch head[0] & 0x0F {
            case 1: return payload
            case 8: return nil
            default: continue
            }
        }
    }

    private func line(endingWith mark: [UInt8]) throws -> [UInt8] {
        var end = 0
        while true {
            while end + mark.count <= received.count {
                if received[end..<(end + mark.count)].elementsEqual(mark) { return try take(end + mark.count) }
                end += 1
            }
            try more()
        }
    }

    /// Milliseconds.
    private var timeLeft: Int32 {
        guard let deadline else { return HTTPConnection.patience }
        let left = (deadline - ContinuousClock.now) / Duration.milliseconds(1)
        return Int32(max(0, left))
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while received.count < count { try more() }
        defer { received.removeFirst(count) }
        return Array(received[..<count])
    }

    private func more() throws {
        var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, timeLeft) == 1 else {
            throw Disconnected(description: limit.map { "no answer within \($0)" } ?? "no answer")
        }
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else { throw Disconnected(description: "the other side closed") }
        received += buffer[..<count]
    }
}

extension String {
    fileprivate var trimmed: String { String(drop { $0.isWhitespace }.prefix { !$0.isWhitespace }) }
}
