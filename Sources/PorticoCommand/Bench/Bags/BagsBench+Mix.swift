import Portico
import PorticoBench

/// People of all roles: of ten, six dispatchers, three billers and an administrator.
private struct Crowd: Sendable {
    let office: BagsOffice
    private let ofDispatchers: [[BenchRequest]]
    private let ofBiller: [BenchRequest]
    private let ofAdmin: [BenchRequest]

    init(_ office: BagsOffice, _ sample: BagsSample) {
        self.office = office
        // The bags of another area do not exist for a dispatcher.
        ofDispatchers = office.dispatchers.map { Crowd.requests(sample.reads(in: $0.area), $0, office) }
        ofBiller = Crowd.requests(sample.reads(in: nil), office.biller, office)
        ofAdmin = Crowd.requests(sample.reads(in: nil), office.admin, office)
    }

    private static func requests(_ paths: [String], _ person: BagsOffice.Person, _ office: BagsOffice) -> [BenchRequest]
    {
        paths.map { BenchRequest(get: $0, of: office.target, as: person.session) }
    }

    /// Somebody by their number.
    /// - Parameters:
    ///   - scanning: how many of ten scan at all, six at most.
    ///   - share: how much is scanned by all together; nil lets those who scan do nothing else.
    func person(_ number: Int, scanning: Int, share: ScanShare?) -> MixedPerson {
        let (ten, place) = number.quotientAndRemainder(dividingBy: 10)
        // The 6 × ten + place-th dispatcher: the areas in turn.
        let at = (6 * ten + place) % office.dispatchers.count
        let requests = place < 6 ? ofDispatchers[at] : place < 9 ? ofBiller : ofAdmin
        let table = place < scanning ? PackingTable(office, office.dispatchers[at]) : nil
        return MixedPerson(reads: RepeatedRequests(requests, from: number * 37), table: table, share: share)
    }
}

extension BagsBench {
    /// A hundred people who do not rest, and the memory that they take.
    func mix(_ sample: BagsSample) async throws -> [Figure] {
        let crowd = Crowd(office, sample)
        let share = ScanShare(oneIn: 5)
        let plan = LoadPlan(connections: 100) { crowd.person($0, scanning: 6, share: share) }
        let (result, use) = try await load(plan)
        let bounds: [String: Bound] = office.engine.pick(
            ["per_second": .atLeast(3000), "p99": .atMost(100)], ["per_second": .atLeast(1500), "p99": .atMost(150)])
        let errors: [String: Bound] = ["errors": .below(0.0006)]
        return [
            .load(
                "80 % reads, 20 % scans, 100 users", result, bounds.merging(errors) { $1 }, use: use),
            Figure("memory under the mix", [Measured("bytes", use.mostBytes ?? 0, .bytes, .atMost(350 * mebibyte))]),
        ]
    }

    /// A thousand people who rest about a second after each answer, half of them scanning.
    func pauses(_ sample: BagsSample) async throws -> Figure {
        let crowd = Crowd(office, sample)
        var plan = LoadPlan(connections: 1000) { crowd.person($0, scanning: 5, share: nil) }
        plan.pause = LoadPlan.about(.seconds(1))
        let (result, use) = try await load(plan)
        let bounds: [String: Bound] = office.engine.pick(
            ["p95": .atMost(100), "p99": .atMost(200)], ["p99": .atMost(250)])
        let errors: [String: Bound] = ["errors": .below(0.0006)]
        return .load(
            "1000 users with 1 s pause, 500 scanning", result, bounds.merging(errors) { $1 }, use: use)
    }
}
