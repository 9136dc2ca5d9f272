import Portico
import PorticoBench

extension BagsBench {
    /// Reads of bags that are there, over eight connections: three of four by a biller, the others by an administrator, who both
    /// see all areas.
    func reads(_ part: BagsPart, _ sample: BagsSample) async throws -> [Figure] {
        let api = BagsOffice.api
        let codes = sample.bags.map(\.code)
        let engine = office.engine
        switch part {
        case .bag:
            return [try await read("bag by code", codes.map { "\(api)/bags/\($0)" }, p99: engine.pick(5, 10))]
        case .resolve:
            return [try await read("resolve", codes.map { "\(api)/resolve?code=\($0)" }, p99: engine.pick(10, 15))]
        case .list:
            let first = "\(api)/bags?limit=50"
            // The middle moves with every scan, and a name that moved could not be compared.
            let place = sample.row == BagsSample.farthest ? "at row \(sample.row)" : "at its middle"
            // A cursor belongs to the list it came from, and so to the biller's.
            return [
                try await read("bag list, first page", [first], p99: engine.pick(15, 25)),
                try await read(
                    "bag list \(place)", [first + sample.cursor], p99: engine.pick(15, 25),
                    by: [office.biller]),
            ]
        default:
            let asked = codes.prefix(1000)
            return [
                try await read("prefix search", asked.map { BagsSample.prefixSearch($0) }, p99: engine.pick(15, 25)),
                try await read("suffix search", asked.map { BagsSample.suffixSearch($0) }, p99: engine.pick(15, 25)),
            ]
        }
    }

    /// Reads of these paths in turn.
    /// - Parameter most: what 99 of 100 answers may take, in milliseconds.
    func read(
        _ name: String, _ paths: [String], p99 most: Double, by people: [BagsOffice.Person]? = nil
    ) async throws -> Figure {
        let people = people ?? [office.biller, office.biller, office.biller, office.admin]
        let requests = people.map { person in
            paths.map { BenchRequest(get: $0, of: office.target, as: person.session) }
        }
        let plan = LoadPlan(connections: 8) { number in
            // Each begins elsewhere, so that they do not ask for the same at the same time.
            RepeatedRequests(requests[number % requests.count], from: paths.count * number / 8)
        }
        let (result, use) = try await load(plan)
        return .load(name, result, ["p99": .atMost(most)], use: use)
    }
}
