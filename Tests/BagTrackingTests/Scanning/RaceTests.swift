import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Exactly one wins (rules R12, R19), with every count right afterwards.
@Suite struct RaceTests {
    private func race(
        _ contenders: Int, _ act: @escaping @Sendable (Int) async throws -> ScanResult
    ) async throws -> [ScanResult] {
        try await withThrowingTaskGroup(of: ScanResult.self) { group in
            for contender in 0..<contenders {
                group.addTask { try await act(contender) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("puts one bag into one of many sacks", arguments: TestEngine.available)
    func oneSackWins(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let sacks = (1...40).map { "SB\(10_000 + $0)" }
            for sack in sacks { try await hall.scanParent(sack) }
            for round in 0..<20 {
                let code = "40000\(10 + round)"
                let results = try await race(sacks.count) { try await hall.scanChild(code, into: sacks[$0]) }
                let winners = results.filter { $0.status == 201 }
                #expect(winners.count == 1)
                #expect(results.filter { $0.problemCode == "linked_elsewhere" }.count == sacks.count - 1)
                #expect(try await hall.parent(of: code) == winners.first?.json["parent"]?["code"]?.string)
            }
            try await hall.expectCountsAreRight()
        }
    }

    @Test("gives the last places of a sack to as many bags", arguments: TestEngine.available)
    func lastPlaceWins(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            for round in 1...5 {
                let sack = "M444-0000\(round)"
                try await hall.fill(sack, with: 13, from: 5_000_000 + round * 100)
                let results = try await race(30) { contender in
                    try await hall.scanChild(
                        "6\(round)000\(100 + contender)", into: sack, by: contender % 2 == 0 ? .asha : .ravi)
                }
                #expect(results.filter { $0.status == 201 }.count == 2)
                #expect(results.filter { $0.problemCode == "parent_full" }.count == 28)
                #expect(try await hall.bag(sack)?.parentStatus == .full)
            }
            #expect(try await hall.eventKinds().filter { $0 == "parent.full" }.count == 5)
            try await hall.expectCountsAreRight()
        }
    }

    @Test("registers a new sack once", arguments: TestEngine.available)
    func oneSackIsMade(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            for round in 1...5 {
                let results = try await race(20) { _ in try await hall.scanParent("SB0001\(round)") }
                #expect(results.filter { $0.status == 201 }.count == 1)
                #expect(results.filter { $0.status == 200 }.count == 19)
            }
            try await hall.expectCountsAreRight()
        }
    }

    @Test("cuts a batch where another sack begins")
    func cutsBatches() {
        func request(_ kind: ScanKind, _ code: String, _ parent: String?) -> ScanRequest {
            ScanRequest(
                kind: kind, code: code, parent: parent, clientScanID: ClientScanID(UUIDv7(at: PackingHall.start)))
        }
        var requests = [request(.parent, "SB00001", nil)]
        for serial in 0..<30 { requests.append(request(.child, "10000\(10 + serial)", "SB00001")) }
        requests.append(request(.parent, "SB00002", nil))
        requests.append(request(.child, "2000001", "SB00001"))
        let parts = ScanStore.parts(of: requests)
        #expect(parts.map(\.count) == [20, 11, 1, 1])
        #expect(parts.joined().map(\.code) == requests.map(\.code))
    }

    @Test("moves, scans and undoes at once without losing or doubling a bag", arguments: TestEngine.available)
    func everythingAtOnce(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let sacks = (1...6).map { "M444-1000\($0)" }
            for (index, sack) in sacks.enumerated() {
                try await hall.fill(sack, with: 10, from: 7_000_000 + index * 100)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<12 {
                    group.addTask { try await shuffle(worker, sacks, hall) }
                }
                try await group.waitForAll()
            }
            #expect(try await hall.number("SELECT count(*) FROM bags WHERE child_count > capacity") == 0)
            try await hall.expectCountsAreRight()
        }
    }

    /// Does a bit of everything; refusals are as good as successes.
    private func shuffle(_ worker: Int, _ sacks: [String], _ hall: PackingHall) async throws {
        for step in 0..<12 {
            let code = String(7_000_000 + (worker * 7 + step * 13) % 6 * 100 + step % 10)
            let sack = sacks[(worker + step) % sacks.count]
            switch (worker + step) % 4 {
            case 0:
                _ = try await refusal {
                    _ = try await hall.services.corrections.move(
                        code, to: sack, reason: "shuffle", by: hall.caller(.admin))
                }
            case 1:
                _ = try await refusal {
                    _ = try await hall.services.corrections.unlink(code, reason: "shuffle", by: hall.caller(.admin))
                }
            case 2:
                _ = try await hall.scanChild(code, into: sack)
            default:
                let scan = try await hall.scanChild(code, into: sack)
                _ = try await refusal {
                    _ = try await hall.services.undo.undo(scan: scan.scanID, reason: nil, by: hall.caller())
                }
            }
        }
    }
}
