import PorticoSQL

/// Keeps the audit chained: looks every second whether rows wait. May run on every machine; one at a time works.
public struct AuditChainWorker: Sendable {
    private let database: Database
    private let onFailure: @Sendable (any Error) -> Void

    /// A worker for one database. `onFailure` hears of errors; the worker tries again five seconds later.
    public init(database: Database, onFailure: @escaping @Sendable (any Error) -> Void) {
        self.database = database
        self.onFailure = onFailure
    }

    /// Works until its task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            let pause = await chainWaiting()
            guard (try? await Task.sleep(for: pause)) != nil else { return }
        }
    }

    /// Chains everything that waits.
    /// - Returns: how long to rest: a second, or less while other transactions are in the way.
    func chainWaiting() async -> Duration {
        do {
            let limit = 500
            var progress = AuditChain.Progress(chained: limit, isHeldBack: false)
            while progress.chained == limit, !Task.isCancelled {
                progress = try await AuditChain.advance(database, limit: limit)
            }
            return progress.isHeldBack ? .milliseconds(200) : .seconds(1)
        } catch {
            if !Task.isCancelled { onFailure(error) }
            return .seconds(5)
        }
    }
}
