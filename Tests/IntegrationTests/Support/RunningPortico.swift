import Glibc

/// A node of the real program, serving bag tracking on a free port.
final class RunningPortico: Sendable {
    /// The port it announced.
    let port: Int
    private let child: ChildProcess

    private init(port: Int, child: ChildProcess) {
        self.port = port
        self.child = child
    }

    /// Starts a node and waits until it has announced itself.
    /// - Parameter demo: whether empty databases are filled with demonstration data.
    static func start(
        _ premises: Premises, demo: Bool = true, _ more: [String] = []
    ) async throws -> RunningPortico {
        var arguments = ["serve", "bags", "--port", "0", "--environment", "testing"] + premises.arguments + more
        if demo { arguments += ["--demo", "--demo-scale", "small"] }
        let child = try Program.start(arguments)
        let port = try await eventually("the announcement of the port", within: 180) {
            if child.isOver { throw Disconnected(description: "it ended at once: \(child.errors)") }
            return announcedPort(in: child.output)
        }
        return RunningPortico(port: port, child: child)
    }

    /// Out of `Portico 1.2 serves at http://127.0.0.1:8080/`.
    private static func announcedPort(in text: String) -> Int? {
        for line in text.split(separator: "\n").dropLast(text.hasSuffix("\n") ? 0 : 1) {
            guard line.contains(" serves at http://"), let colon = line.lastIndex(of: ":") else { continue }
            return Int(line[line.index(after: colon)...].prefix { $0.isNumber })
        }
        return nil
    }

    /// What it printed.
    var output: String { child.output }
    /// What it logged.
    var log: String { child.errors }

    /// Kills it as a power cut would.
    func kill() async throws {
        child.send(SIGKILL)
        _ = try await child.ended()
    }

    /// Asks it to end and does not wait.
    func askToEnd() {
        child.send(SIGTERM)
    }

    /// Waits until it has ended.
    func ended() async throws -> ChildProcess.End {
        try await child.ended()
    }

    /// Asks it to end, and waits.
    @discardableResult
    func stop() async throws -> ChildProcess.End {
        askToEnd()
        return try await ended()
    }
}
