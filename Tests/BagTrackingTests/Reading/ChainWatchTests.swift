import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What is remembered of the audit's chain.
@Suite struct ChainWatchTests {
    private func gauge(_ hall: PackingHall) -> Substring? {
        String(decoding: hall.metrics.prometheusText(), as: UTF8.self).split(separator: "\n").first {
            $0.hasPrefix("bags_audit_chain_ok ")
        }
    }

    private func write(_ hall: PackingHall, chained: Bool = true) async throws {
        try await hall.scanParent("SB00001")
        _ = try await hall.services.holds.hold("SB00001", reason: "Wet", by: hall.caller(.biller))
        if chained { try await chainAudit(of: hall.database) }
    }

    @Test("says nothing before the first check, then what the last one found", arguments: TestEngine.available)
    func remembers(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let watch = hall.services.chain
            #expect(watch.last == nil && gauge(hall) == nil)
            try await write(hall)
            try await watch.check()
            #expect(watch.last?.verification.ok == true && watch.last?.at == PackingHall.start)
            #expect(gauge(hall) == "bags_audit_chain_ok 1")
            try await hall.database.write { try $0.execute("test.forge", "UPDATE audit_rows SET action = 'bag.eaten'") }
            #expect(try await watch.present()?.verification.ok == true)
            hall.clock.advance(by: .minutes(10))
            try await watch.check()
            #expect(try await watch.present()?.verification.ok == false)
            #expect(watch.last?.at == PackingHall.start + .minutes(10))
            #expect(gauge(hall) == "bags_audit_chain_ok 0")
        }
    }

    @Test(
        "whoever asks first waits for a check of a short audit, but not of a long one", arguments: TestEngine.available)
    func firstSight(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await write(hall, chained: false)
            let copies = ChainWatch.shortAudit
            try await hall.database.write { transaction in
                try transaction.execute(
                    "test.copies",
                    """
                    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(copies))
                    INSERT INTO audit_rows (at, action, entity_type, entity_id) SELECT 0, 'bag.held', 'bag', 'SB00001'
                    FROM numbers
                    """)
            }
            #expect(try await hall.services.chain.present() == nil)
            try await hall.database.write { try $0.execute("test.clear", "DELETE FROM audit_rows WHERE at = 0") }
            #expect(try await hall.services.chain.present() != nil)
            #expect(hall.services.chain.last != nil)
        }
    }

    @Test("the route's check is remembered too", arguments: TestEngine.available)
    func route(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let desk = try await ReadingDesk(hall)
            #expect(await desk.get("audit/verify", as: .admin).json["ok"] == true)
            #expect(hall.services.chain.last?.verification.ok == true)
        }
    }
}
