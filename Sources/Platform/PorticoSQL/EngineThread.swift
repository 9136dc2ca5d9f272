import PorticoValues

/// Starts a thread of an engine that runs `body` once. The thread is detached; `body` tells its owner when it ends.
/// - Parameter purpose: what the thread is for: its name, told when there is none to be had.
/// - Throws: ``SQLError`` `.unavailable` when the system refuses a thread.
public func startThread(_ purpose: String, _ body: @escaping @Sendable () -> Void) throws {
    do throws(ThreadRefused) {
        try OwnThread.start(purpose, body)
    } catch {
        throw SQLError(.unavailable, message: "\(purpose): \(error)")
    }
}
