import Portico

/// Takes scans of sacks and bags: each in one transaction, decided by the rules, answered the same however often it comes.
struct ScanStore: Sendable {
    let services: BagTrackingServices

    /// How many scans of a batch share a transaction. Each is decided on its own; sharing only spares commits.
    private static let chunk = 20
    /// How often a scan is run again after another one registered the same code in between.
    private static let reruns = 5

    /// Takes one scan.
    /// - Throws: ``Refusal`` where a refusal is not recorded, ``SQLError``.
    func scan(_ request: ScanRequest, by caller: BagCaller) async throws -> ScanResult {
        let started = monotonicNanoseconds()
        let services = services
        let result = try await ScanStore.retrying {
            try await services.database.write { transaction in
                try ScanWork(request, by: caller, services, in: transaction).run()
            }
        }
        services.metrics.scanned(result, nanoseconds: monotonicNanoseconds() - started)
        return result
    }

    /// Takes scans strictly in order, each as if it came alone (rule R15).
    /// - Returns: one result each; a failure is a ``Refusal`` that is not recorded.
    /// - Throws: ``SQLError``; what came before is then recorded, and sending all again is harmless.
    func scan(_ requests: [ScanRequest], by caller: BagCaller) async throws -> [Result<ScanResult, Refusal>] {
        var results: [Result<ScanResult, Refusal>] = []
        var start = 0
        while start < requests.count {
            let part = Array(requests[start..<min(start + ScanStore.chunk, requests.count)])
            results += try await take(part, by: caller)
            start += part.count
        }
        return results
    }

    private func take(_ requests: [ScanRequest], by caller: BagCaller) async throws -> [Result<ScanResult, Refusal>] {
        let started = monotonicNanoseconds()
        let services = services
        do {
            let results = try await services.database.write { transaction in
                try requests.map { request in try ScanStore.attempt(request, by: caller, services, in: transaction) }
            }
            let each = (monotonicNanoseconds() - started) / Int64(max(1, requests.count))
            for case .success(let result) in results { services.metrics.scanned(result, nanoseconds: each) }
            return results
        } catch is LostRace {
            return try await takeOneByOne(requests, by: caller)
        }
    }

    private func takeOneByOne(
        _ requests: [ScanRequest], by caller: BagCaller
    ) async throws -> [Result<ScanResult, Refusal>] {
        var results: [Result<ScanResult, Refusal>] = []
        for request in requests {
            do {
                results.append(.success(try await scan(request, by: caller)))
            } catch let refusal as Refusal {
                results.append(.failure(refusal))
            }
        }
        return results
    }

    /// One scan of several in a transaction. A refusal that is not recorded has changed nothing when it is thrown, so the
    /// transaction goes on.
    private static func attempt(
        _ request: ScanRequest, by caller: BagCaller, _ services: BagTrackingServices, in transaction: Transaction
    ) throws -> Result<ScanResult, Refusal> {
        do {
            return .success(try ScanWork(request, by: caller, services, in: transaction).run())
        } catch let refusal as Refusal {
            return .failure(refusal)
        }
    }

    /// Runs `work` again while it loses races for new codes.
    static func retrying<Value: Sendable>(_ work: @Sendable () async throws -> Value) async throws -> Value {
        for _ in 0..<reruns {
            do {
                return try await work()
            } catch is LostRace {
                continue
            }
        }
        throw SQLError(.serialization, message: "others were faster \(reruns) times")
    }
}
