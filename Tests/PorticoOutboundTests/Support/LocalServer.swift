import Glibc
import PorticoSQL
import Synchronization

/// A server of one test on a free port of 127.0.0.1: reads requests with a length, and answers as it is told to.
final class LocalServer: Sendable {
    /// A request that came.
    struct Received: Sendable {
        var method = ""
        var target = ""
        var headers: [String: String] = [:]
        var body: [UInt8] = []
        /// Which connection it came on, from 0.
        var connection = 0

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// What it does with one.
    enum Manner: Sendable {
        case answer(Int, headers: [(String, String)] = [], body: [UInt8] = Array("fine".utf8))
        /// Says nothing until the peer goes.
        case silence
        /// Ends the connection.
        case hangUp
        /// Promises more than it sends, then says nothing.
        case half
        /// These bytes as they are, then the end.
        case raw(String)
    }

    typealias Script = @Sendable (Received) -> Manner

    struct Refusal: Error {}

    let port: Int
    private let listener: Int32
    private let script: Script
    private let state = Mutex<(received: [Received], connections: Int)>(([], 0))

    init(port wanted: Int = 0, _ script: @escaping Script = { _ in .answer(200) }) throws {
        self.script = script
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(wanted).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, generic, &length) == 0
            }
        }
        guard bound else { throw Refusal() }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        try startThread("a server") { [self] in serve() }
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var received: [Received] { state.withLock(\.received) }
    var connections: Int { state.withLock(\.connections) }

    /// Takes no more connections. The thread that accepts them closes the listener: closed here, its number might be
    /// another server's by the time that thread asks for the next connection, which it would take from there.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func serve() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else {
                close(listener)
                return
            }
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            let number = state.withLock { state in
                defer { state.connections += 1 }
                return state.connections
            }
            let isServed =
                (try? startThread("a conversation") { [self] in
                    var talk = Talk(connection)
                    while var request = talk.request() {
                        request.connection = number
                        state.withLock { $0.received.append(request) }
                        guard talk.act(script(request)) else { break }
                    }
                    close(connection)
                }) != nil
            if !isServed { close(connection) }
        }
    }
}

/// One connection, in the hands of one thread.
private struct Talk {
    private let connection: Int32
    private var buffer: [UInt8] = []

    init(_ connection: Int32) {
        self.connection = connection
    }

    /// Does what it is told.
    /// - Returns: whether the connection goes on.
    mutating func act(_ manner: LocalServer.Manner) -> Bool {
        switch manner {
        case .answer(let status, let headers, let body):
            var head = "HTTP/1.1 \(status) Told\r\nContent-Length: \(body.count)\r\n"
            for (name, value) in headers { head += "\(name): \(value)\r\n" }
            say(Array("\(head)\r\n".utf8) + body)
            return true
        case .silence:
            while more() {}
            return false
        case .half:
            say(Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".utf8))
            while more() {}
            return false
        case .raw(let text):
            say(Array(text.utf8))
            return false
        case .hangUp: return false
        }
    }

    mutating func request() -> LocalServer.Received? {
        guard let first = line() else { return nil }
        var request = LocalServer.Received()
        let parts = first.split(separator: " ")
        guard parts.count == 3 else { return nil }
        (request.method, request.target) = (String(parts[0]), String(parts[1]))
        while let field = line(), !field.isEmpty {
            guard let colon = field.firstIndex(of: ":") else { continue }
            let value = field[field.index(after: colon)...].drop { $0 == " " }
            request.headers[field[..<colon].lowercased()] = String(value)
        }
        let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
        while buffer.count < length { guard more() else { return nil } }
        request.body = Array(buffer.prefix(length))
        buffer.removeFirst(length)
        return request
    }

    private func say(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(connection, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    private mutating func line() -> String? {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                let line = String(decoding: buffer[..<end].filter { $0 != 0x0D }, as: UTF8.self)
                buffer.removeSubrange(...end)
                return line
            }
            guard more() else { return nil }
        }
    }

    private mutating func more() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(connection, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer += chunk.prefix(count)
        return true
    }
}
