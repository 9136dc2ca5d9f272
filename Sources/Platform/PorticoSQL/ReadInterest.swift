import Synchronization

/// Whether the task that asked for a read still waits for it.
///
/// When the task is cancelled, as that of a request whose client goes away, a read that waits for its connection never
/// begins, and the statement of one that runs is ended. What a task reads that was cancelled before it asked is read all the
/// same: those who clear up after themselves have to.
public final class ReadInterest: Sendable {
    private struct State {
        var isLost = false
        /// Ends the statement that runs; nil before the read and after it.
        var interrupt: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    private init() {}

    /// Gives `body` the interest of the task that calls.
    /// - Throws: what `body` throws; `CancellationError` in its place when the task was cancelled meanwhile.
    public static func watched<Value: Sendable>(
        _ body: (ReadInterest) async throws -> Value
    ) async throws -> Value {
        let interest = ReadInterest()
        if Task.isCancelled { return try await body(interest) }
        do {
            return try await withTaskCancellationHandler {
                try await body(interest)
            } onCancel: {
                interest.lose()
            }
        } catch {
            throw interest.isLost ? CancellationError() : error
        }
    }

    /// Whether nobody waits any more.
    public var isLost: Bool { state.withLock { $0.isLost } }

    /// Does the read.
    /// - Parameter interrupt: ends the statement that runs. It is called once at the most, on any thread, while `body` runs, and
    ///   must not block.
    /// - Throws: ``SQLError`` `.cancelled` when nobody waits any more, or what `body` throws.
    public func during<Value>(
        interrupt: @escaping @Sendable () -> Void, _ body: () throws -> Value
    ) throws -> Value {
        try state.withLock { state in
            if state.isLost { throw SQLError.unwanted }
            state.interrupt = interrupt
        }
        defer { state.withLock { $0.interrupt = nil } }
        return try body()
    }

    private func lose() {
        state.withLock { state in
            state.isLost = true
            state.interrupt?()
        }
    }
}

extension SQLError {
    /// The task that asked has been cancelled.
    static var unwanted: SQLError { SQLError(.cancelled, message: "nobody waits for the read any more") }
}
