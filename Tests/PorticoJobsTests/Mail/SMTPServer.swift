import Glibc
import PorticoSQL
import Synchronization

/// A mail server for tests: speaks as much SMTP as is needed, and misbehaves as it is told to.
///
/// Sockets are closed by the thread that reads them; `stop` shuts the listening one down.
final class SMTPServer: Sendable {
    /// How it behaves.
    enum Manner: Sendable, Equatable {
        /// Takes everything.
        case friendly
        /// Answers one command with a line.
        case answering(String, to: String)
        /// Greets with a line and ends.
        case greeting(String)
        /// Says nothing at all.
        case silent
    }

    /// What it was given.
    struct Received: Sendable {
        var commands: [String] = []
        var messages: [String] = []
        var connections = 0
    }

    let port: Int
    private let listener: Int32
    private let manner: Manner
    private let received = Mutex(Received())

    init(_ manner: Manner = .friendly) throws {
        self.manner = manner
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, generic, &length) == 0
            }
        }
        guard bound else { throw Refusal() }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        try startThread("a mail server") { [self] in serve() }
    }

    struct Refusal: Error {}

    var seen: Received { received.withLock(\.self) }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private func serve() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            received.withLock { $0.connections += 1 }
            let isServed =
                (try? startThread("a conversation") { [self] in
                    converse(Conversation(connection))
                    close(connection)
                }) != nil
            if !isServed { close(connection) }
        }
    }

    private func converse(_ talk: Conversation) {
        switch manner {
        case .silent:
            while talk.line() != nil {}
            return
        case .greeting(let line):
            talk.say(line)
            return
        default:
            talk.say("220 test ready")
        }
        while let line = talk.line() {
            received.withLock { $0.commands.append(line) }
            let verb = String(line.prefix { $0 != " " && $0 != ":" })
            if case .answering(let reply, verb) = manner {
                talk.say(reply)
                continue
            }
            switch verb {
            case "QUIT":
                talk.say("221 bye")
                return
            case "DATA":
                talk.say("354 go on")
                takeMessage(talk)
            default:
                talk.say("250 fine")
            }
        }
    }

    private func takeMessage(_ talk: Conversation) {
        var lines: [String] = []
        while let line = talk.line(), line != "." { lines.append(line) }
        received.withLock { $0.messages.append(lines.joined(separator: "\n")) }
        if case .answering(let reply, "BODY") = manner { talk.say(reply) } else { talk.say("250 taken as 17") }
    }
}

/// One connection, in the hands of one thread.
private final class Conversation {
    private let connection: Int32
    private var buffer: [UInt8] = []

    init(_ connection: Int32) {
        self.connection = connection
    }

    func say(_ line: String) {
        let bytes = Array("\(line)\r\n".utf8)
        send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    func line() -> String? {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                let line = String(decoding: buffer[..<end].filter { $0 != 0x0D }, as: UTF8.self)
                buffer.removeSubrange(...end)
                return line
            }
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            buffer += chunk.prefix(count)
        }
    }
}
