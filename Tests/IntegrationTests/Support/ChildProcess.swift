import Foundation
import Glibc
import Synchronization

/// A program that a test started. It is killed when nobody holds it any more.
final class ChildProcess: Sendable {
    /// How a program ended.
    enum End: Sendable, Equatable {
        case status(Int32)
        case signal(Int32)
    }

    private struct State {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var end: End?
        /// What it can still write to.
        var openPipes = 2
    }

    /// One start after the other, so that no program inherits the pipes of another.
    private static let starting = Mutex(())
    private let pid: pid_t
    private let state = Mutex(State())

    /// Starts a program with exactly this environment.
    /// - Throws: ``Overdue`` when the system refuses.
    init(_ path: String, _ arguments: [String], environment: [String: String]) throws {
        let (pid, output, errors) = try ChildProcess.starting.withLock { _ in
            let output = try ChildProcess.pipe()
            let errors = try ChildProcess.pipe()
            defer {
                close(output.writing)
                close(errors.writing)
            }
            let pid = try ChildProcess.spawn(
                path, arguments, environment, output: output.writing, errors: errors.writing)
            return (pid, output.reading, errors.reading)
        }
        self.pid = pid
        collect(output) { $0.output += $1 }
        collect(errors) { $0.errors += $1 }
    }

    deinit {
        if reap(WNOHANG) == nil {
            Glibc.kill(pid, SIGKILL)
            _ = reap(0)
        }
    }

    /// What it has written so far.
    var output: String { state.withLock { String(decoding: $0.output, as: UTF8.self) } }
    /// What it has complained of so far.
    var errors: String { state.withLock { String(decoding: $0.errors, as: UTF8.self) } }

    /// Whether it has ended.
    var isOver: Bool { reap(WNOHANG) != nil }

    /// Sends a signal, unless it has ended.
    func send(_ signal: Int32) {
        if reap(WNOHANG) == nil { Glibc.kill(pid, signal) }
    }

    /// Waits for its end, and until all that it wrote has been read.
    func ended(within seconds: Int = 60) async throws -> End {
        try await eventually("the end of the program", within: seconds) { [self] in
            state.withLock { $0.openPipes == 0 } ? reap(WNOHANG) : nil
        }
    }

    /// How it ended, or nil while it runs. Its number belongs to it until this was told.
    private func reap(_ options: Int32) -> End? {
        state.withLock { state in
            if let end = state.end { return end }
            var status: Int32 = 0
            guard waitpid(pid, &status, options) == pid else { return nil }
            state.end = status & 0x7f == 0 ? .status((status >> 8) & 0xff) : .signal(status & 0x7f)
            return state.end
        }
    }

    private func collect(_ descriptor: Int32, _ keep: @escaping @Sendable (inout State, ArraySlice<UInt8>) -> Void) {
        Thread.detachNewThread { [weak self] in
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                guard count > 0, let self else { break }
                self.state.withLock { keep(&$0, buffer[..<count]) }
            }
            close(descriptor)
            self?.state.withLock { $0.openPipes -= 1 }
        }
    }

    private static func pipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw Overdue(description: "no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ path: String, _ arguments: [String], _ environment: [String: String], output: Int32, errors: Int32
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var pid: pid_t = 0
        let status = posix_spawnp(&pid, path, &actions, nil, &words, &variables)
        guard status == 0 else { throw Overdue(description: "\(path): \(String(cString: strerror(status)))") }
        return pid
    }
}

/// Runs a tool to its end.
/// - Throws: ``Overdue`` with its complaint when it fails.
@discardableResult
func run(_ tool: String, _ arguments: [String]) async throws -> String {
    let child = try ChildProcess(tool, arguments, environment: Program.environment())
    let end = try await child.ended()
    guard end == .status(0) else { throw Overdue(description: "\(tool) ended with \(end): \(child.errors)") }
    return child.output
}
