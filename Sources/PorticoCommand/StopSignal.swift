import Dispatch
import Foundation
import Portico

/// Waits for the operating system to ask for the end: SIGTERM, or SIGINT from the keyboard.
struct StopSignal {
    private let bell = EventBell()
    private let sources: [any DispatchSourceSignal]

    /// Listens from now on.
    init() {
        signal(SIGPIPE, SIG_IGN)
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: .global())
        }
        for source in sources {
            source.setEventHandler { [bell] in bell.ring() }
            source.resume()
        }
    }

    /// Returns after the first signal.
    func wait() async {
        await bell.wait(atMost: .days(36_500))
        for source in sources { source.cancel() }
    }

    /// Cancels `body` at the first signal; a second one ends the program at once, with exit code 130.
    /// - Parameter hear: hears of the first signal.
    /// - Throws: what `body` throws.
    func interrupting<Value: Sendable>(
        saying hear: @escaping @Sendable () -> Void, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let working = Task { try await body() }
        let watching = Task { [bell] in
            await bell.wait(atMost: .days(36_500))
            guard !Task.isCancelled else { return }
            hear()
            working.cancel()
            await bell.wait(atMost: .days(36_500))
            guard !Task.isCancelled else { return }
            _exit(130)
        }
        defer {
            watching.cancel()
            withExtendedLifetime(sources) {}
        }
        return try await working.value
    }
}
