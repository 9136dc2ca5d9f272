import Portico

/// Something that is done again and again beside the requests. A failure is counted and the next time comes as planned.
struct Repetition: Sendable {
    let name: String
    let interval: Span
    /// Whether the first time is at once, and not only after the interval.
    var startsAtOnce = false
    let work: @Sendable () async throws -> Void

    /// Works until the task is cancelled.
    func run(countingFailures failures: CounterFamily) async {
        if startsAtOnce { await attempt(countingFailures: failures) }
        while !Task.isCancelled {
            guard (try? await Task.sleep(for: .milliseconds(interval.milliseconds))) != nil else { return }
            await attempt(countingFailures: failures)
        }
    }

    private func attempt(countingFailures failures: CounterFamily) async {
        do {
            try await work()
        } catch {
            if !Task.isCancelled { failures.with(name).increment() }
        }
    }
}
