import PorticoValues
import Synchronization

/// What a server took of its machine while it was watched.
public struct ServerUse: Sendable, Equatable {
    /// The most memory it held in RAM, in bytes, of all looks; nil when there was none.
    public var mostBytes: Double?
    /// Seconds of CPU time it spent in a second; nil with fewer than two looks.
    public var cpuShare: Double?

    /// Of looks at `process_resident_memory_bytes` and `process_cpu_seconds_total`, oldest first.
    public init(_ looks: [(seconds: Double, bytes: Double, cpu: Double)]) {
        mostBytes = looks.map(\.bytes).max()
        guard let first = looks.first, let last = looks.last, last.seconds > first.seconds else { return }
        cpuShare = (last.cpu - first.cpu) / (last.seconds - first.seconds)
    }
}

/// Looks at a server's own figures again and again while something else goes on.
public struct ServerWatch: Sendable {
    private let client: BenchClient
    private let request: BenchRequest

    /// - Parameter request: what gives the figures, in Prometheus's text format.
    public init(_ client: BenchClient, _ request: BenchRequest) {
        self.client = client
        self.request = request
    }

    /// The figures as they are now.
    /// - Throws: ``BenchError`` when the server does not show them.
    public func figures() async throws(BenchError) -> MetricsText {
        let answer = try await client.send(request)
        guard answer.status == 200 else {
            throw BenchError("\(client.target.url) shows no figures: \(answer.status) \(answer.excerpt)")
        }
        return MetricsText(answer.text)
    }

    /// Watches while `body` runs.
    /// - Parameters:
    ///   - delay: after which the first look is taken.
    ///   - every: the time between two looks.
    /// - Throws: what `body` throws. Looks that fail are left out.
    public func watching<Value: Sendable>(
        after delay: Span = .milliseconds(0), every: Span = .milliseconds(500),
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> (value: Value, use: ServerUse) {
        let looks = Looks()
        let watcher = Task { await look(looks, delay, every) }
        defer { watcher.cancel() }
        let value = try await body()
        if let last = try? await figures() { looks.add(last) }
        return (value, looks.use)
    }

    private func look(_ looks: Looks, _ delay: Span, _ every: Span) async {
        try? await Task.sleep(for: .milliseconds(delay.milliseconds))
        while !Task.isCancelled {
            if let found = try? await figures() { looks.add(found) }
            try? await Task.sleep(for: .milliseconds(every.milliseconds))
        }
    }

    private final class Looks: Sendable {
        private let looks = Mutex<[(seconds: Double, bytes: Double, cpu: Double)]>([])

        var use: ServerUse { ServerUse(looks.withLock { $0 }) }

        func add(_ figures: MetricsText) {
            let now = Double(monotonicNanoseconds()) / 1_000_000_000
            let bytes = figures.sum("process_resident_memory_bytes") ?? 0
            let cpu = figures.sum("process_cpu_seconds_total") ?? 0
            looks.withLock { $0.append((now, bytes, cpu)) }
        }
    }
}
