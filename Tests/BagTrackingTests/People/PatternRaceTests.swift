import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// A product type is added while a bag is registered whose code it would claim: one of the two is refused, whichever comes
/// first, and no code is a sack's and a bag's (rules R2, R8).
@Suite("A product type and a bag at the same moment (rules R2, R8)", .timeLimit(.minutes(2)))
struct PatternRaceTests {
    private static let type = ProductType(
        code: "sesame", name: "Sesame", prefix: "TL", digits: 4, capacity: 20, unitWeightGrams: 500, isActive: true)
    private static let code = "TL1234"

    private func scan() -> ScanRequest {
        ScanRequest(
            kind: .child, code: PatternRaceTests.code, parent: "SB00001",
            clientScanID: ClientScanID(UUIDv7(at: PackingHall.start)))
    }

    /// Runs `first` in a transaction and starts `second` before that ends. Where several write at once, `second` goes as far
    /// as it comes: it ends, or waits for the other.
    private func meet<First: Sendable, Second: Sendable>(
        _ hall: PackingHall, _ first: @escaping @Sendable (Transaction) throws -> First,
        _ second: @escaping @Sendable () async throws -> Second
    ) async throws -> (First, Second) {
        let (door, begun, ended) = (ThreadDoor(), Tally(), Tally())
        let before = Task {
            try await hall.database.write { transaction in
                let value = try first(transaction)
                // What was sent without waiting has arrived when this is answered.
                _ = try transaction.scalar("test.settled", "SELECT 1", as: Int.self)
                begun.add()
                door.pass()
                return value
            }
        }
        while begun.value == 0 { await Task.yield() }
        let after = Task {
            defer { ended.add() }
            return try await second()
        }
        if hall.database.dialect == .postgresql {
            let waiting: SQL = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'bags'::regclass"
            while ended.value == 0, try await hall.number(waiting) == 0 { await Task.yield() }
        }
        door.open()
        return (try await before.value, try await after.value)
    }

    private func bags(_ hall: PackingHall) async throws -> Int {
        try await hall.number("SELECT count(*) FROM bags WHERE code = \(PatternRaceTests.code)")
    }

    @Test("a bag that is being registered keeps the type out", arguments: TestEngine.available)
    func bagFirst(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            let request = scan()
            let (taken, no) = try await meet(hall) { transaction in
                try ScanWork(request, by: hall.caller(), hall.services, in: transaction).run()
            } _: {
                try await refusal {
                    _ = try await CatalogStore(services: hall.services)
                        .add(PatternRaceTests.type, by: hall.caller(.admin))
                }
            }
            #expect(taken.status == 201)
            #expect(no?.code == "pattern_taken")
            #expect(try await bags(hall) == 1)
        }
    }

    @Test("a type that is being added keeps the bag out", arguments: TestEngine.available)
    func typeFirst(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            let request = scan()
            let (_, refused) = try await meet(hall) { transaction in
                try CatalogStore.add(PatternRaceTests.type, by: hall.caller(.admin), in: transaction)
            } _: {
                try await hall.services.scans.scan(request, by: hall.caller())
            }
            #expect(refused.status == 422 && refused.problemCode == "wrong_kind")
            #expect(try await bags(hall) == 0)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("a batch is judged anew when a type is added under it", arguments: TestEngine.available)
    func batch(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            let good = ScanRequest(
                kind: .child, code: "5000001", parent: "SB00001",
                clientScanID: ClientScanID(UUIDv7(at: PackingHall.start)))
            let requests = [good, scan()]
            let (_, results) = try await meet(hall) { transaction in
                try CatalogStore.add(PatternRaceTests.type, by: hall.caller(.admin), in: transaction)
            } _: {
                try await hall.services.scans.scan(requests, by: hall.caller())
            }
            let statuses = try results.map { try $0.get().status }
            #expect(statuses == [201, 422])
            #expect(try await bags(hall) == 0)
            try await hall.expectCountsAreRight()
        }
    }
}
