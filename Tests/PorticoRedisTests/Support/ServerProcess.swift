import Glibc
import PorticoRedis
import Synchronization

/// A redis-server of one test, on a free port of 127.0.0.1, without any file.
///
/// A shell between the two kills the server when this process ends, however it ends: it waits for the end of a pipe.
final class ServerProcess: Sendable {
    struct StartError: Error {}

    static let isInstalled: Bool = {
        let folders = getenv("PATH").map { String(cString: $0) } ?? ""
        return folders.split(separator: ":").contains { access("\($0)/redis-server", X_OK) == 0 }
    }()

    let port: Int
    private let arguments: [String]
    private let state: Mutex<(server: pid_t, shell: pid_t, life: Int32)>

    var url: String { "redis://127.0.0.1:\(port)" }

    /// Starts a server and waits until it accepts connections.
    init(_ arguments: String...) throws {
        for _ in 0..<5 {
            let port = Int.random(in: 20_000..<32_000)
            guard !ServerProcess.accepts(port) else { continue }
            let state = try ServerProcess.spawn(arguments + ["--port", "\(port)"])
            if ServerProcess.awaitStart(port, of: state.server) {
                self.port = port
                self.arguments = arguments
                self.state = Mutex(state)
                return
            }
            close(state.life)
        }
        throw StartError()
    }

    deinit {
        let (_, shell, life) = state.withLock { $0 }
        close(life)
        waitpid(shell, nil, 0)
    }

    func signal(_ number: Int32) {
        _ = state.withLock { kill($0.server, number) }
    }

    /// Ends the server as a crash would.
    func crash() {
        state.withLock { state in
            kill(state.server, SIGKILL)
            while ServerProcess.accepts(port) { usleep(1000) }
            close(state.life)
            waitpid(state.shell, nil, 0)
            state.life = -1
        }
    }

    /// Starts an empty server on the same port after a crash.
    func restart() throws {
        let arguments = arguments + ["--port", "\(port)"]
        let started = try ServerProcess.spawn(arguments)
        state.withLock { $0 = started }
        guard ServerProcess.awaitStart(port, of: started.server) else { throw StartError() }
    }

    private static func awaitStart(_ port: Int, of server: pid_t) -> Bool {
        for _ in 0..<10_000 {
            if accepts(port) { return true }
            if kill(server, 0) != 0 { return false }
            usleep(1000)
        }
        return false
    }

    private static func spawn(_ arguments: [String]) throws -> (server: pid_t, shell: pid_t, life: Int32) {
        let script = """
            redis-server "$@" >/dev/null 2>&1 </dev/null &
            server=$!
            echo "$server"
            read -r _
            kill -KILL "$server" 2>/dev/null
            kill -CONT "$server" 2>/dev/null
            wait
            """
        let base = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"]
        let words = ["sh", "-c", script, "redis"] + ServerProcess.ordered(arguments, base)
        let (shell, life, output) = try spawning.withLock { _ throws in try launch(words) }
        defer { close(output) }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard read(output, &bytes, 16) > 1 else { throw StartError() }
        let text = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
        guard let server = pid_t(text) else { throw StartError() }
        return (server, shell, life)
    }

    /// One at a time, so that no other shell inherits the pipe before it is marked.
    private static let spawning = Mutex(())

    private static func launch(_ words: [String]) throws -> (shell: pid_t, life: Int32, output: Int32) {
        var input: [Int32] = [0, 0]
        var output: [Int32] = [0, 0]
        guard pipe(&input) == 0, pipe(&output) == 0 else { throw StartError() }
        for descriptor in input + output { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, input[0], 0)
        posix_spawn_file_actions_adddup2(&actions, output[1], 1)
        // A shell that inherits the blocked signals of a worker thread never hears that its child has ended.
        var attributes = posix_spawnattr_t()
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_init(&attributes)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        defer { posix_spawnattr_destroy(&attributes) }
        var shell: pid_t = 0
        let texts: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        let result = posix_spawn(&shell, "/bin/sh", &actions, &attributes, texts, environ)
        texts.forEach { free($0) }
        posix_spawn_file_actions_destroy(&actions)
        close(input[0])
        close(output[1])
        guard result == 0 else { throw StartError() }
        return (shell, input[1], output[0])
    }

    /// A configuration file must come first.
    private static func ordered(_ arguments: [String], _ base: [String]) -> [String] {
        guard let first = arguments.first, !first.hasPrefix("-") else { return base + arguments }
        return [first] + base.prefix(2) + arguments.dropFirst()
    }

    private static func accepts(_ port: Int) -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
