import Glibc
import PorticoSQL
import PorticoValues
import Synchronization

/// Passes for a pooler, and notes what would mix up its clients.
///
/// A pooler takes the server's connection away when a transaction has ended, also when the beginning of what its client
/// says next has passed through already: the rest of that would reach another connection. So each answer that ends a
/// transaction is held back for a moment here, and whatever the client says before it has the answer is a breach.
final class StrictPooler: Sendable {
    /// Whether the server for tests can be reached by this.
    static var isPossible: Bool { PostgreSQLServer.url.flatMap(Place.init) != nil }

    /// Where engines find it.
    let url: String
    private let listener: Int32
    private let server: Place
    private let found = Mutex<[String]>([])

    /// What was said too early, by the letters of the protocol's messages.
    var breaches: [String] { found.withLock { $0 } }

    init() throws {
        guard let address = PostgreSQLServer.url, let server = Place(address) else { throw NoPlace() }
        self.server = server
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var own = socketAddress(host: "127.0.0.1", port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let status = withGeneric(&own) {
            bind(listener, $0, length) | listen(listener, 64) | getsockname(listener, $0, &length)
        }
        guard status == 0 else { throw NoPlace() }
        url = server.replaced(in: address, by: "127.0.0.1:\(UInt16(bigEndian: own.sin_port))")
        try startThread("pooler") { [self] in acceptClients() }
    }

    /// There is no server, or no room for another.
    struct NoPlace: Error {}

    /// Takes no more clients; those it has go on.
    func close() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func acceptClients() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { break }
            try? startThread("pooled") { [self] in
                serve(client)
                Glibc.close(client)
            }
        }
        Glibc.close(listener)
    }

    private func serve(_ client: Int32) {
        let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { Glibc.close(upstream) }
        var address = socketAddress(host: server.host, port: server.port)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        guard withGeneric(&address, { connect(upstream, $0, size) }) == 0 else { return }
        // Otherwise what is answered piece by piece would itself come late.
        for descriptor in [client, upstream] {
            var on: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        }
        var questions = MessageBuffer(startsBare: true)
        var answers = MessageBuffer(startsBare: false)
        var units = Units()
        while true {
            var descriptors = [client, upstream].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            poll(&descriptors, 2, -1)
            if descriptors[0].revents != 0 {
                guard let bytes = receive(client) else { return }
                for message in questions.add(bytes) {
                    units.asked(message)
                    guard pass(message, to: upstream) else { return }
                }
            }
            if descriptors[1].revents != 0 {
                guard let bytes = receive(upstream) else { return }
                for message in answers.add(bytes) {
                    if let breach = units.answered(message, isClientTalking: { isTalking(client) }) {
                        found.withLock { $0.append(breach) }
                    }
                    guard pass(disguised(message), to: client) else { return }
                }
            }
        }
    }

    /// Whether the client says something other than farewell while it should wait.
    private func isTalking(_ client: Int32) -> Bool {
        var descriptor = pollfd(fd: client, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, 20) > 0 else { return false }
        var first: UInt8 = 0
        return recv(client, &first, 1, Int32(MSG_PEEK)) == 1 && first != UInt8(ascii: "X")
    }

    /// Names another process to cancel by, by which an engine knows a pooler.
    private func disguised(_ message: [UInt8]) -> [UInt8] {
        guard message[0] == UInt8(ascii: "K") else { return message }
        var message = message
        message[8] ^= 1
        return message
    }

    private func receive(_ descriptor: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return count > 0 ? Array(bytes[..<count]) : nil
    }

    private func pass(_ message: [UInt8], to descriptor: Int32) -> Bool {
        var sent = 0
        while sent < message.count {
            let count = message[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}

/// What a client has asked and has no end of the answer to.
private struct Units {
    private var isGreeted = false
    /// The last statement.
    private var last = ""
    /// Messages that end a unit and have not been answered.
    private var open = 0
    /// The letters of the messages after the last of those.
    private var early = ""

    mutating func asked(_ message: [UInt8]) {
        // Until the first end of an answer nothing can be early.
        guard isGreeted else { return }
        let letter = Character(UnicodeScalar(message[0]))
        early.append(letter)
        if letter == "P" || letter == "Q" { last = String(decoding: message.filter { $0 >= 0x20 }, as: UTF8.self) }
        guard letter == "S" || letter == "Q" else { return }
        open += 1
        early = ""
    }

    /// The breach that an answer brings to light.
    mutating func answered(_ message: [UInt8], isClientTalking: () -> Bool) -> String? {
        guard message[0] == UInt8(ascii: "Z") else { return nil }
        defer { isGreeted = true }
        guard isGreeted else { return nil }
        open -= 1
        let isOver = message[5] == UInt8(ascii: "I")
        guard isOver else { return nil }
        if open > 0 || !early.isEmpty { return "\(open) more, and \(early)" }
        return isClientTalking() ? "talks after \(last)" : nil
    }
}

/// Cuts a stream into the messages of PostgreSQL's protocol, each with its letter; a client's first has none.
private struct MessageBuffer {
    private var bytes: [UInt8] = []
    private var isBare: Bool

    init(startsBare: Bool) {
        isBare = startsBare
    }

    mutating func add(_ more: [UInt8]) -> [[UInt8]] {
        bytes += more
        var messages: [[UInt8]] = []
        var start = 0
        while let length = length(at: start), start + length <= bytes.count {
            messages.append(Array(bytes[start..<(start + length)]))
            start += length
            isBare = false
        }
        bytes.removeFirst(start)
        return messages
    }

    private func length(at start: Int) -> Int? {
        let letter = isBare ? 0 : 1
        guard bytes.count - start >= letter + 4 else { return nil }
        return bytes[(start + letter)..<(start + letter + 4)].reduce(0) { $0 << 8 | Int($1) } + letter
    }
}

/// Host and port of a server, found in a URL.
private struct Place {
    let host: String
    let port: UInt16
    private let text: String

    /// Nil unless the URL names an address and not a name or a socket.
    init?(_ url: String) {
        guard let start = url.firstRange(of: "://")?.upperBound else { return nil }
        let authority = url[start...].prefix { $0 != "/" && $0 != "?" }
        guard let place = authority.split(separator: "@").last else { return nil }
        let parts = place.split(separator: ":")
        guard let host = parts.first, parts.count < 3, let port = parts.count == 2 ? UInt16(parts[1]) : 5432 else {
            return nil
        }
        guard inet_addr(String(host)) != in_addr_t.max else { return nil }
        self.host = String(host)
        self.port = port
        text = String(place)
    }

    /// The URL with another place in it, and without encryption, which nobody can look into.
    func replaced(in url: String, by other: String) -> String {
        url.replacing(text, with: other, maxReplacements: 1) + (url.contains("?") ? "&" : "?")
            + "sslmode=disable&gssencmode=disable"
    }
}

private func socketAddress(host: String, port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr(host)
    return address
}

private func withGeneric(_ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Int32) -> Int32 {
    withUnsafeMutablePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
}
