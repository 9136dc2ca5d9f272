import Glibc
import Synchronization

/// Threads for work that may take long or block, beside the few that all tasks share.
public enum OwnThread {
    /// Starts a thread that runs `body` once. The thread is detached; `body` tells its owner when it ends.
    /// - Parameter name: what tools that look at the process call it; its first 15 bytes are kept.
    /// - Throws: ``ThreadRefused`` when the system has none to give.
    public static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(ThreadRefused) {
        var thread = pthread_t()
        let start = Unmanaged.passRetained(ThreadStart(name, body))
        let status = pthread_create(
            &thread, nil,
            { pointer in
                if let pointer { Unmanaged<ThreadStart>.fromOpaque(pointer).takeRetainedValue().run() }
                return nil
            }, start.toOpaque())
        guard status == 0 else {
            start.release()
            throw ThreadRefused(number: status)
        }
        pthread_detach(thread)
    }

    /// Has the scheduler weigh the calling thread, and no other, by this niceness (setpriority(2): on Linux it belongs to
    /// threads): each step up is a tenth less of a core that others want too, each step down a tenth more.
    /// A thread that it starts begins with its own niceness, but never below 0.
    /// - Returns: false where the system refuses, as it refuses to go below 0 to programs that may not (`RLIMIT_NICE`,
    ///   `CAP_SYS_NICE`).
    @discardableResult
    public static func setNiceness(_ niceness: CInt) -> Bool {
        var parameters = sched_param()
        guard sched_setscheduler(0, SCHED_OTHER | resetOnFork, &parameters) == 0 else { return false }
        return setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) == 0
    }

    /// `SCHED_RESET_ON_FORK` of sched(7), which Glibc's module lacks.
    private static let resetOnFork: CInt = 0x4000_0000

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
                        try start("work") { caller.resume(with: Result { try body(cancellation) }) }
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
    private let name: String
    private let body: @Sendable () -> Void

    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }

    func run() {
        _ = Self.rename?(pthread_self(), String(decoding: name.utf8.prefix(15), as: UTF8.self))
        body()
    }

    /// glibc's `pthread_setname_np`, which its module does not declare.
    private static let rename = dlsym(nil, "pthread_setname_np").map {
        unsafeBitCast($0, to: (@convention(c) (pthread_t, UnsafePointer<CChar>) -> CInt).self)
    }
}
