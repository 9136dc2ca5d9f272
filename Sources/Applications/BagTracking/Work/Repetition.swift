import Portico

/// Something that is done again and again beside the requests. A failure is counted and the next time comes as planned.
struct Repetition: Sendable {
    let name: String
    let interval: Span
    let work: @Sendable () async throws -> Void

    /// Works until the task is cancelled.
    func run(countingFailures failures: CounterFamily) async {
        while !Task.isCancelled {
            guard (try? await Task.sleep(for: .milliseconds(interval.milliseconds))) != nil else { return }
            do {
                try await work()
            } catch {
                failures.with(name).increment()
            }
        }
    }
}
