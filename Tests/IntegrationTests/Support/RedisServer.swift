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
        port = Int.random(in: 20_000..<32_000)
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
