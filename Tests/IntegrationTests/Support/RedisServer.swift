import Glibc
import PorticoTesting

/// A redis-server of one test, without files, on a port of its own, that can be killed and started again.
final class RedisServer: Sendable {
    /// The port it listens on.
    let port: Int
    private let path: String

    /// Whether there is a redis-server.
    static let path: String? = {
        let folders = getenv("PATH").map { String(cString: $0) } ?? ""
        return folders.split(separator: ":").map { "\($0)/redis-server" }.first { access($0, X_OK) == 0 }
    }()

    /// Picks a port; nothing runs yet.
    /// - Throws: ``Overdue`` where there is no redis-server.
    init() throws {
        guard let path = RedisServer.path else { throw Overdue(description: "there is no redis-server") }
        self.path = path
        let candidates = (0..<100).map { _ in Int.random(in: 20_000..<32_000) }
        guard let free = candidates.first(where: { RedisServer.isFree($0) }) else {
            throw Overdue(description: "no port is free")
        }
        port = free
    }

    /// Whether nobody listens on a port now.
    static func isFree(_ port: Int) -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    /// What `portico serve` needs to know.
    var arguments: [String] { ["--set", "redis.url=redis://127.0.0.1:\(port)", "--set", "redis.nodes=3"] }

    /// Starts it, empty, and waits until it answers.
    func start() async throws -> ChildProcess {
        let arguments = ["--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        let child = try ChildProcess(path, arguments, environment: Program.environment())
        try await eventually("redis-server") { child.output.contains("Ready to accept connections") }
        return child
    }
}
