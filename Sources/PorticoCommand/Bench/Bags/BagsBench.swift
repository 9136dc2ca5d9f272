import Portico
import PorticoBench

/// Measures one part of bag tracking after the other.
struct BagsBench: Sendable {
    let office: BagsOffice
    /// How long each load is measured.
    let length: Span
    /// How long each load runs before.
    let warmUp: Span
    /// Hears of every figure when it is found.
    let tell: @Sendable (Figure) throws -> Void

    /// Measures these parts, in their order.
    /// - Throws: ``BenchError`` when something can't be measured, or what `tell` throws.
    func measure(_ parts: Set<BagsPart>) async throws -> [Figure] {
        var figures: [Figure] = []
        var sample: BagsSample?
        if parts.contains(.live) { try await proveStreams() }
        for part in BagsPart.allCases where parts.contains(part) {
            if sample == nil, BagsBench.sampled.contains(part) { sample = try await BagsSample.take(office) }
            for figure in try await measure(part, sample) {
                figures.append(figure)
                try tell(figure)
            }
        }
        return figures
    }

    /// Parts that ask for bags that are there.
    private static let sampled: Set<BagsPart> = [.bag, .resolve, .list, .search, .mix, .pauses]

    private func measure(_ part: BagsPart, _ sample: BagsSample?) async throws -> [Figure] {
        switch part {
        case .idle: try await idle()
        case .scan: [try await singleScans()]
        case .batch: [try await batches()]
        case .scans: [try await scans()]
        case .bag, .resolve, .list, .search: try await reads(part, try needed(sample))
        case .stats: [try await read("stats", ["\(BagsOffice.api)/stats"], p99: 5)]
        case .dashboard: [try await read("dashboard page", ["/bags/"], p99: 48)]
        case .mix: try await mix(try needed(sample))
        case .pauses: [try await pauses(try needed(sample))]
        case .live: [try await live()]
        case .papers: try await papers()
        case .exports: try await exports()
        case .counters: [try await counters()]
        }
    }

    private func needed(_ sample: BagsSample?) throws -> BagsSample {
        guard let sample else { throw BenchError("there are no bags to ask for") }
        return sample
    }

    // MARK: - Loads

    /// Runs a load and looks at the server meanwhile.
    func load(_ plan: LoadPlan) async throws -> (result: LoadResult, use: ServerUse) {
        var plan = plan
        plan.warmUp = warmUp
        plan.length = length
        let (result, use) = try await office.watch.watching(after: warmUp) { [plan, office] in
            try await Load.run(plan, at: office.target)
        }
        guard result.statuses[429] == nil else { throw BagsOffice.limited }
        guard !office.serials.areUsed else { throw BagsSerials.used }
        return (result, use)
    }

    /// One of the dispatchers by number, the areas in turn.
    func dispatcher(_ number: Int) -> BagsOffice.Person { office.dispatchers[number % office.dispatchers.count] }

    // MARK: - Before and after

    private func idle() async throws -> [Figure] {
        let figures = try await office.watch.figures()
        let bytes = figures.sum("process_resident_memory_bytes") ?? 0
        var found = [Figure("memory idle", [Measured("bytes", bytes, .bytes, .atMost(150 * mebibyte))])]
        if let file = figures.sum("portico_sqlite_file_bytes"), let log = figures.sum("portico_sqlite_wal_bytes") {
            found.append(Figure("file size", [Measured("bytes", file + log, .bytes, .atMost(4096 * mebibyte))]))
        }
        return found
    }

    private func counters() async throws -> Figure {
        let answer = try await office.get("\(BagsOffice.api)/stats/verify", as: office.admin)
        let differences = answer.json["drift"]?.members?.count ?? 0
        let isEqual = answer.json["equal"]?.bool == true
        return Figure(
            "counters equal a recount",
            [Measured("differences", isEqual ? 0 : Double(max(1, differences)), .count, .atMost(0))],
            note: isEqual ? "equal" : nil)
    }
}

let mebibyte = 1_048_576.0
