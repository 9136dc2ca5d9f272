import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import Testing

@Suite("A job on a node that is asked to end", .enabled(if: Program.isThere, Program.missing), .timeLimit(.minutes(10)))
struct JobDrainTests {
    private static let running: SQL = "SELECT count(*) FROM jobs WHERE state = 'running'"
    private static let ready: SQL = """
        SELECT count(*) FROM jobs WHERE name = 'bags.import' AND state = 'queued' AND holder IS NULL AND attempt = 0
        """

    /// A file of sacks whose import takes a while.
    private var file: String {
        var lines: [String] = []
        for sack in 0..<1500 {
            for bag in 0..<20 { lines.append(String(7_400_000 + sack * 20 + bag)) }
            lines.append("SB\(80_000 + sack)")
        }
        return lines.joined(separator: "\r\n")
    }

    private func imported(_ premises: Premises) async throws -> Int {
        try await premises.count("SELECT count(*) FROM custody_events WHERE source = 'import'")
    }

    /// A node in the middle of an import, and the id of its job.
    private func working(_ premises: Premises, drain: Int) async throws -> (
        node: RunningPortico, admin: Visitor, id: String
    ) {
        let node = try await RunningPortico.start(premises, ["--set", "jobs.drain_seconds=\(drain)"])
        let admin = try await Visitor.signedIn(as: "admin", at: node)
        let answer = try await admin.upload(file, ["kind": "packing", "area_code": "lucknow"])
        let id = try #require(answer.json["id"]?.string)
        try await eventually("some chunks") { try await imported(premises) > 20 }
        return (node, admin, id)
    }

    @Test("is handed back at once when its time is over, and another node goes on", arguments: TestEngine.available)
    func handsBack(engine: TestEngine) async throws {
        try await Premises.open(engine) { premises in
            let (node, admin, id) = try await working(premises, drain: 0)
            #expect(try await node.stop() == .status(0))
            #expect(try await premises.count(JobDrainTests.running) == 0)
            #expect(try await premises.count(JobDrainTests.ready) == 1)
            #expect(try await imported(premises) < 1500)

            let second = try await RunningPortico.start(premises)
            let again = admin.at(second)
            try await eventually("the end of the import", within: 120) {
                try await again.get("/jobs/\(id)").json["state"] == "succeeded"
            }
            #expect(try await imported(premises) == 1500)
            try await second.stop()
        }
    }

    @Test("is finished when it has the time, and nothing else is begun")
    func finishes() async throws {
        try await Premises.open(.sqlite) { premises in
            let (node, _, _) = try await working(premises, drain: 300)
            #expect(try await node.stop() == .status(0))
            #expect(try await imported(premises) == 1500)
            let done = try await premises.count(
                "SELECT count(*) FROM jobs WHERE name = 'bags.import' AND state = 'succeeded' AND rescues = 0")
            #expect(done == 1)
        }
    }
}
