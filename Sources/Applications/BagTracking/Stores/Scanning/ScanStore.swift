import Portico

/// Takes scans of all kinds: each in one transaction, decided by the rules, answered the same however often it
/// comes.
struct ScanStore: Sendable {
    let services: BagTrackingServices

    /// How many scans of a batch share a transaction at most. Each is decided on its own; sharing only spares commits.
    private static let chunk = 20
    /// How often a scan is run when others get in between.
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
        for part in ScanStore.parts(of: requests) { results += try await take(part, by: caller) }
        return results
    }

    /// Cuts a batch into parts that concern one sack each, or one bill at the gate, so that no transaction holds a sack
    /// while it waits for another, or for a bill.
    static func parts(of requests: [ScanRequest]) -> [[ScanRequest]] {
        var parts: [[ScanRequest]] = []
        var present: String?
        for request in requests {
            let subject = request.subject
            if subject == present, let last = parts.indices.last, parts[last].count < chunk {
                parts[last].append(request)
            } else {
                parts.append([request])
                present = subject
            }
        }
        return parts
    }

    private func take(_ requests: [ScanRequest], by caller: BagCaller) async throws -> [Result<ScanResult, Refusal>] {
        let started = monotonicNanoseconds()
        let (services, measure) = (services, RequestMeasure.current)
        do {
            let results = try await services.database.write { transaction in
                try requests.map { request in
                    measure?.beginPart()
                    return try ScanStore.attempt(request, by: caller, services, in: transaction)
                }
            }
            let each = (monotonicNanoseconds() - started) / Int64(max(1, requests.count))
            for case .success(let result) in results { services.metrics.scanned(result, nanoseconds: each) }
            return results
        } catch  where ScanStore.isLostRace(error) || (error as? SQLError)?.code == .serialization {
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

    /// One scan of several in a transaction. A refusal that is not recorded has changed nothing when it is thrown, so
    /// the transaction goes on.
    private static func attempt(
        _ request: ScanRequest, by caller: BagCaller, _ services: BagTrackingServices, in transaction: Transaction
    ) throws -> Result<ScanResult, Refusal> {
        do {
            return .success(try ScanWork(request, by: caller, services, in: transaction).run())
        } catch let refusal as Refusal {
            return .failure(refusal)
        }
    }

    /// Runs `work` again while others are faster.
    /// - Throws: what `work` throws.
    static func retrying<Value: Sendable>(_ work: @Sendable () async throws -> Value) async throws -> Value {
        for _ in 1..<reruns {
            do {
                return try await work()
            } catch  where isLostRace(error) {
                continue
            }
        }
        do {
            return try await work()
        } catch is LostRace {
            throw SQLError(.serialization, message: "others were faster \(reruns) times")
        }
    }

    /// Whether another transaction got in between: it changed what this one had seen, or took the same key, or added a
    /// product type.
    private static func isLostRace(_ error: any Error) -> Bool {
        guard let error = error as? SQLError else { return error is LostRace }
        return error.code == .uniqueViolation
            || error.code == .notNullViolation && error.statement == ChildScan.insertion
    }
}
