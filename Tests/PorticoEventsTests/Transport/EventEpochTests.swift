import PorticoJSON
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoEvents

/// What a bridge does when the database is not the one that its transport knows.
@Suite(.timeLimit(.minutes(5))) struct EventEpochTests {
    private func bridge(_ town: Town, _ transport: LocalEventTransport) -> EventBridge {
        EventBridge(
            "test", database: town.database, outbox: town.outbox, transport: transport, groups: ["scribe"],
            clock: town.clock, logger: town.logger, metrics: town.metrics)
    }

    private func worker(_ scribe: Scribe, _ town: Town, _ transport: LocalEventTransport) -> EventTransportWorker {
        EventTransportWorker(
            scribe, transport: transport, database: town.database, outbox: town.outbox, clock: town.clock,
            logger: town.logger, metrics: town.metrics)
    }

    /// One life of a bridge: gives what there is, lets it be handled, and notes how far that is.
    private func live(_ scribe: Scribe, _ town: Town, _ transport: LocalEventTransport) async throws {
        let (bridge, worker) = (bridge(town, transport), worker(scribe, town, transport))
        var progress = EventBridge.Progress()
        let newest = try await town.newest()
        repeat {
            _ = try await bridge.step(&progress)
        } while max(progress.given ?? .start, progress.done) < newest
        _ = try await worker.turn()
        _ = try await bridge.step(&progress)
        // The next life begins when the lease of this one is over.
        town.clock.advance(by: .seconds(16))
    }

    private func mark(_ town: Town) async throws -> String? {
        try await town.database.read { try EventEpoch.mark(of: "bridge/test", in: $0) }
    }

    private func positions(_ town: Town) async throws -> [Int64] {
        try await town.database.read {
            try $0.all("test.ids", "SELECT id FROM event_outbox ORDER BY id") { try $0[0] as Int64 }
        }
    }

    /// Makes the database what it was when `last` was its newest event.
    private func restore(_ town: Town, to last: Int64, mark: String?) async throws {
        try await town.database.write { transaction in
            try transaction.execute("test.forget", "DELETE FROM event_outbox WHERE id > \(last)")
            try transaction.execute("test.move", "UPDATE event_positions SET id = \(last) WHERE id > \(last)")
            switch transaction.dialect {
            case .sqlite:
                try transaction.execute(
                    "test.sequence", "UPDATE sqlite_sequence SET seq = \(last) WHERE name = 'event_outbox'")
            case .postgresql:
                _ = try transaction.scalar(
                    "test.sequence",
                    "SELECT setval(pg_get_serial_sequence('event_outbox', 'id'), CAST(\(last) AS BIGINT))",
                    as: Int64.self)
            }
            if let mark { try EventEpoch.take(mark, of: "bridge/test", in: transaction) }
        }
    }

    private func restarts(_ town: Town) -> String? {
        String(decoding: town.metrics.prometheusText(), as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("portico_events_bridge_restarts_total{") }
            .flatMap { $0.split(separator: " ").last }.map(String.init)
    }

    @Test(
        "after a restore events with ids that were used before arrive, by a bridge that starts at once",
        arguments: TestEngine.available)
    func restored(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            let (transport, scribe) = (LocalEventTransport(partitions: 2, clock: town.clock), Scribe())
            try await town.tell(("a", 1), ("a", 2), ("a", 3), ("a", 4), ("a", 5))
            try await live(scribe, town, transport)
            #expect(scribe.handled == [1, 2, 3, 4, 5])
            // A copy made while this life of the bridge went on has the mark of it.
            try await restore(town, to: try await positions(town)[2], mark: nil)
            try await town.tell("a", 6)
            try await live(scribe, town, transport)
            #expect(scribe.handled.last == 6 && restarts(town) == "1")
            try await town.tell(("a", 7), ("b", 8))
            try await live(scribe, town, transport)
            #expect(Set(scribe.handled.suffix(2)) == [7, 8] && restarts(town) == "1")
        }
    }

    @Test(
        "after a restore events arrive also when ids have passed those of before in the meantime",
        arguments: TestEngine.available)
    func passed(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            let (transport, scribe) = (LocalEventTransport(partitions: 1, clock: town.clock), Scribe())
            try await town.tell(("a", 1), ("a", 2))
            try await live(scribe, town, transport)
            let (copy, copied) = (try await mark(town), try await positions(town)[1])
            try await town.tell(("a", 3), ("a", 4))
            try await live(scribe, town, transport)
            try await restore(town, to: copied, mark: copy)
            try await town.tell(("a", 5), ("a", 6), ("a", 7))
            try await live(scribe, town, transport)
            #expect(scribe.handled == [1, 2, 3, 4, 5, 6, 7] && restarts(town) == "1")
        }
    }

    @Test(
        "a mark that was removed makes the streams begin anew; a bridge that changes hands does not",
        arguments: TestEngine.available)
    func removed(engine: TestEngine) async throws {
        try await withTown(on: engine) { town in
            let (transport, scribe) = (LocalEventTransport(partitions: 1, clock: town.clock), Scribe())
            try await town.tell(("a", 1), ("a", 2))
            for _ in 0..<3 { try await live(scribe, town, transport) }
            #expect(scribe.handled == [1, 2] && restarts(town) == "0")
            let before = try await mark(town)
            try await town.database.write { try $0.execute("test.operator", "DELETE FROM event_epoch") }
            try await town.tell("a", 3)
            try await live(scribe, town, transport)
            let after = try await mark(town)
            #expect(scribe.handled == [1, 2, 3] && restarts(town) == "1" && after != nil && after != before)
        }
    }
}
