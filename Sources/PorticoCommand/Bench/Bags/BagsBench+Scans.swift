import Portico
import PorticoBench

extension BagsBench {
    /// One scan after the other on a server that has nothing else to do.
    func singleScans() async throws -> Figure {
        var plan = LoadPlan(connections: 1) { [office] _ in PackingTable(office, office.dispatchers[0]) }
        plan.pause = LoadPlan.about(.milliseconds(10))
        let (result, use) = try await load(plan)
        return .load(
            "one child scan, idle server", result,
            office.engine.pick(
                ["p50": .atMost(3), "p99": .atMost(15)], ["p50": .atMost(6), "p99": .atMost(25)]), use: use)
    }

    /// What a station sends when its network is back.
    func batches() async throws -> Figure {
        var plan = LoadPlan(connections: 1) { [office] _ in OfflineQueue(office, office.dispatchers[0]) }
        plan.pause = LoadPlan.about(.milliseconds(200))
        let (result, use) = try await load(plan)
        return .load(
            "batch of 100 offline scans", result, ["p99": .atMost(office.engine.pick(150, 250))], use: use)
    }

    /// Tables at which somebody scans as fast as the answers come.
    func scans() async throws -> Figure {
        let before = try await linked()
        let plan = LoadPlan(connections: 64) { [self] number in PackingTable(office, dispatcher(number)) }
        let (result, use) = try await load(plan)
        // What was answered must have been taken.
        let missing = max(0, result.latency.count - (try await linked() - before))
        return .load(
            "child scans accepted, 64 connections", result,
            office.engine.pick(
                ["per_second": .atLeast(1500), "p50": .atMost(25), "p99": .atMost(90)],
                ["per_second": .atLeast(800), "p99": .atMost(150)]), use: use,
            more: [Measured("missing", Double(missing), .count, .atMost(0))])
    }

    private func linked() async throws -> Int {
        let answer = try await office.get("\(BagsOffice.api)/stats", as: office.admin)
        return Int(answer.json["scans"]?["linked"]?.int64 ?? 0)
    }
}
