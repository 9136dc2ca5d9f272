import PorticoJSON
import PorticoSQL
import PorticoTesting
import Testing

@Suite("Counters from the command line", .enabled(if: Program.isThere, Program.missing), .timeLimit(.minutes(10)))
struct CountersCommandTests {
    private func run(
        _ premises: Premises, _ more: [String] = []
    ) async throws -> (end: ChildProcess.End, output: String, errors: String) {
        let child = try Program.start(["counters", "bags"] + premises.arguments + more)
        let end = try await child.ended()
        return (end, child.output, child.errors)
    }

    private func spoil(_ premises: Premises) async throws {
        try await premises.withDatabase { database in
            _ = try await database.write { transaction in
                try transaction.execute(
                    "test.drift",
                    """
                    INSERT INTO counters (area_code, name, shard, value) VALUES ('lucknow', 'bill.open', -1, 7)
                    """)
            }
        }
    }

    @Test(
        "are compared, rebuilt with a row of the audit, and right again, beside a node", arguments: TestEngine.available
    )
    func life(engine: TestEngine) async throws {
        try await Premises.open(engine) { premises in
            let node = try await RunningPortico.start(premises)
            let sound = try await run(premises)
            #expect(sound.end == .status(0), "\(sound.errors)")
            #expect(sound.output.contains("lucknow, child.linked"))
            #expect(sound.output.contains("\nok: ") && !sound.output.contains("differs"), "\(sound.output)")

            try await spoil(premises)
            let found = try await run(premises)
            #expect(found.end == .status(1))
            #expect(found.output.split(separator: "\n").filter { $0.hasSuffix("  differs") }.count == 1)
            #expect(found.output.contains("1 of "))

            let mended = try await run(premises, ["--rebuild", "--by", "Night shift"])
            #expect(mended.end == .status(0), "\(mended.errors)")
            #expect(mended.output.contains("rebuilt: 1 of "), "\(mended.output)")
            let again = try await run(premises)
            #expect(again.end == .status(0) && again.output.contains("\nok: "))

            let noted = try await premises.read { reading in
                try reading.all(
                    "test.audit", "SELECT before, after FROM audit_rows WHERE action = 'counters.rebuilt'"
                ) { (before: try $0[0] as String, after: try $0[1] as String) }
            }
            #expect(noted.count == 1)
            let before = try JSONValue(parsing: Array((noted.first?.before ?? "").utf8))
            let after = try JSONValue(parsing: Array((noted.first?.after ?? "").utf8))
            #expect(after["operator"] == "Night shift")
            let name = "lucknow, bill.open"
            #expect((before[name]?.int64 ?? 0) - (after[name]?.int64 ?? 0) == 7)

            // The node serves figures that are right, and takes the next scan.
            let admin = try await Visitor.signedIn(as: "admin", at: node)
            let verified = try await admin.get("/stats/verify")
            #expect(verified.json["equal"]?.bool == true)
            let hall = PackingHall(try await Visitor.signedIn(as: "dispatcher", at: node))
            _ = try await hall.sacks(1)
            #expect(try await admin.get("/stats/verify").json["equal"]?.bool == true)
            try await node.stop()
        }
    }

    @Test("a rebuild where nothing differs writes no row of the audit", arguments: TestEngine.available)
    func idle(engine: TestEngine) async throws {
        try await Premises.open(engine) { premises in
            let node = try await RunningPortico.start(premises)
            let rebuilt = try await run(premises, ["--rebuild"])
            #expect(rebuilt.end == .status(0) && rebuilt.output.contains("\nok: "), "\(rebuilt.errors)")
            #expect(
                try await premises.count("SELECT count(*) FROM audit_rows WHERE action = 'counters.rebuilt'") == 0)
            try await node.stop()
        }
    }

    @Test("an application that does not exist is refused in one line")
    func unknown() async throws {
        let child = try Program.start(["counters", "ships"])
        #expect(try await child.ended() != .status(0))
        #expect(child.errors.contains("ships"))
    }
}
