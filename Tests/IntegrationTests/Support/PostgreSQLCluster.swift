import Glibc
import PorticoTesting

/// PostgreSQL servers of one test: a primary and copies that follow it by streaming, each on a port of its own.
final class PostgreSQLCluster: Sendable {
    /// A server that runs.
    struct Server: Sendable {
        let url: String
        fileprivate let child: ChildProcess

        /// Asks it something as its owner would.
        func ask(_ statement: String) async throws -> String {
            try await run("psql", ["-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement, url])
        }

        /// Whether it has ended.
        var hasEnded: Bool { child.isOver }

        /// Ends it as a power cut would; its helpers end by themselves.
        func kill() async throws {
            child.send(SIGQUIT)
            _ = try await child.ended()
        }
    }

    private let folder: String

    /// Whether the server's programs are here.
    static let programs: String? = {
        let versions = (10...40).reversed().map { "/usr/lib/postgresql/\($0)/bin" }
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let folders = versions + path.split(separator: ":").map { String($0) }
        return folders.first { access("\($0)/pg_basebackup", X_OK) == 0 && access("\($0)/initdb", X_OK) == 0 }
    }()

    /// Gives a cluster to `body` and removes it afterwards.
    static func open(_ body: (PostgreSQLCluster) async throws -> Void) async throws {
        let cluster = try await PostgreSQLCluster()
        do {
            try await body(cluster)
            try await cluster.remove()
        } catch {
            try? await cluster.remove()
            throw error
        }
    }

    private init() async throws {
        // The servers' account must be able to walk to its files, which a folder of root's own would not let it.
        let parent = geteuid() == 0 ? "/tmp" : getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/portico-cluster-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Overdue(description: "no temporary folder") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if geteuid() == 0 { try await run("chown", ["postgres", folder]) }
    }

    /// Makes and starts a primary.
    func primary() async throws -> Server {
        try await tool(
            "initdb", ["-D", "\(folder)/primary", "-U", "postgres", "--auth=trust", "--locale=C.UTF-8", "--no-sync"])
        return try await start("primary", port: PostgreSQLCluster.port())
    }

    /// Makes and starts a copy of a primary.
    /// - Parameter settings: further ones, as `name=value`.
    func copy(of primary: Server, as name: String, _ settings: [String] = []) async throws -> Server {
        try await tool(
            "pg_basebackup",
            ["-D", "\(folder)/\(name)", "-d", primary.url, "-R", "-X", "stream", "-c", "fast", "--no-sync"])
        return try await start(name, port: PostgreSQLCluster.port(), settings)
    }

    /// Starts a server again that was killed, where it was.
    func restart(_ name: String, like server: Server) async throws -> Server {
        let port = server.url.split(separator: ":").last?.split(separator: "/").first.flatMap { Int($0) } ?? 0
        return try await start(name, port: port)
    }

    private func start(_ name: String, port: Int, _ settings: [String] = []) async throws -> Server {
        let options = [
            "listen_addresses=127.0.0.1", "unix_socket_directories=\(folder)", "fsync=off", "shared_buffers=16MB",
        ]
        let words = (options + settings).flatMap { ["-c", $0] }
        let (program, arguments) = asOwner("postgres", ["-D", "\(folder)/\(name)", "-p", "\(port)"] + words)
        let child = try ChildProcess(program, arguments, environment: Program.environment())
        let url = "postgres://postgres@127.0.0.1:\(port)/postgres"
        try await eventually("the server \(name)") {
            if child.isOver { throw Overdue(description: "\(name) ended at once: \(child.errors)") }
            return child.errors.contains("ready to accept")
        }
        return Server(url: url, child: child)
    }

    private func tool(_ name: String, _ arguments: [String]) async throws {
        let (program, arguments) = asOwner(name, arguments)
        try await run(program, arguments)
    }

    /// PostgreSQL refuses to run as root.
    private func asOwner(_ name: String, _ arguments: [String]) -> (program: String, arguments: [String]) {
        let program = "\(PostgreSQLCluster.programs ?? "")/\(name)"
        guard geteuid() == 0 else { return (program, arguments) }
        return ("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", "--", program] + arguments)
    }

    private func remove() async throws {
        try await run("rm", ["-rf", folder])
    }

    /// Below the range from which the kernel takes the ports of outgoing connections.
    private static func port() -> Int { Int.random(in: 20_000..<32_000) }
}
