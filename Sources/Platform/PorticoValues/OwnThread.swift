import Glibc
import Synchronization

/// Threads for work that may take long or block, beside the few that all tasks share.
public enum OwnThread {
    /// Starts a thread that runs `body` once. The thread is detached; `body` tells its owner when it ends.
    /// - Throws: ``ThreadRefused`` when the system has none to give.
    public static func start(_ body: @escaping @Sendable () -> Void) throws(ThreadRefused) {
        var thread = pthread_t()
        let start = Unmanaged.passRetained(ThreadStart(body))
        let status = pthread_create(
            &thread, nil,
            { pointer in
                if let pointer { Unmanaged<ThreadStart>.fromOpaque(pointer).takeRetainedValue().body() }
                return nil
            }, start.toOpaque())
        guard status == 0 else {
            start.release()
            throw ThreadRefused(number: status)
        }
        pthread_detach(thread)
    }

    /// Runs `body` on a thread made for it, and awaits its end. `body` is told when its task is cancelled, and returns or
    /// throws soon after that.
    /// - Throws: ``ThreadRefused``, `CancellationError` where the task was cancelled meanwhile, and what `body` throws.
    public static func run<Value: Sendable>(
        _ body: @escaping @Sendable (Cancellation) throws -> Value
    ) async throws -> Value {
        let cancellation = Cancellation()
        do {
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { caller in
                    do throws(ThreadRefused) {
                        try start { caller.resume(with: Result { try body(cancellation) }) }
                    } catch {
                        caller.resume(throwing: error)
                    }
                }
            } onCancel: {
                cancellation.ask()
            }
        } catch {
            // Whatever the work made of being told to stop.
            throw cancellation.isAsked ? CancellationError() : error
        }
    }
}

/// The system gives no thread.
public struct ThreadRefused: Error, Sendable, Hashable, CustomStringConvertible {
    /// The system's number for the reason.
    public let number: CInt

    /// The system's words.
    public var description: String { "no thread: \(String(cString: strerror(number)))" }
}

/// Whether work on a thread is still wanted. Whoever no longer wants it asks once; the work looks here now and then.
public final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    /// Of work that is wanted.
    public init() {}

    /// Whether the work is to end.
    public var isAsked: Bool { flag.load(ordering: .acquiring) }

    /// Asks the work to end.
    public func ask() {
        flag.store(true, ordering: .releasing)
    }
}

private final class ThreadStart {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}
