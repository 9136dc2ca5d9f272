import Foundation
import PorticoIdentity
import PorticoJSON
import PorticoSQL
import PorticoTesting
import Testing

@Suite("The audit from the command line", .enabled(if: Program.isThere, Program.missing), .timeLimit(.minutes(10)))
struct AuditCommandTests {
    /// What a command printed, and how it ended.
    private func run(
        _ command: String, _ premises: Premises, _ more: [String] = []
    ) async throws -> (end: ChildProcess.End, output: String, errors: String) {
        let child = try Program.start([command, "bags"] + premises.arguments + more)
        let end = try await child.ended()
        return (end, child.output, child.errors)
    }

    /// A node whose audit has one row, which is chained.
    /// - Parameter isPublishing: whether it writes checkpoints to the file `published`.
    private func withNode(
        on engine: TestEngine, isPublishing: Bool = false, _ body: (Premises, RunningPortico) async throws -> Void
    ) async throws {
        try await Premises.open(engine) { premises in
            let person = ["--email", "a@example.org", "--name", "Ann", "--role", "admin"]
            let added = try Program.start(
                ["account", "bags"] + person + premises.arguments, ["PORTICO_ACCOUNT_PASSWORD": "A-first-Password-7"])
            #expect(try await added.ended() == .status(0), "\(added.errors)")
            let publishing = ["--set", "audit.checkpoint_file=\(published(premises))"]
            let node = try await RunningPortico.start(premises, demo: false, isPublishing ? publishing : [])
            try await eventually("the chain of the audit") {
                try await premises.count("SELECT count(*) FROM audit_rows WHERE hash IS NOT NULL") == 1
            }
            try await body(premises, node)
            try await node.stop()
        }
    }

    private func published(_ premises: Premises) -> String { premises.folder.file("published") }

    private func write(_ lines: [String], _ premises: Premises) throws -> [String] {
        let path = premises.folder.file("lines")
        try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        return ["--checkpoints", path]
    }

    @Test("a checkpoint that was printed finds that the audit was emptied", arguments: TestEngine.available)
    func emptied(engine: TestEngine) async throws {
        try await withNode(on: engine) { premises, _ in
            let printed = try await run("audit-checkpoint", premises)
            #expect(printed.end == .status(0), "\(printed.errors)")
            let lines = printed.output.split(separator: "\n").map { String($0) }
            #expect(lines.count == 1)
            let members = try JSONValue(parsing: Array((lines.first ?? "").utf8))
            #expect(members["application"] == "bags" && members["seq"] == 1)
            let kept = try write(lines, premises)
            let whole = try await run("audit-verify", premises, kept)
            #expect(whole.end == .status(0) && whole.output == "ok: 1 rows, 1 chained, 1 checkpoints\n")

            try await premises.withDatabase { database in
                try await database.write { transaction in
                    try transaction.execute("test.clear", "DELETE FROM audit_rows")
                    try transaction.execute(
                        "test.head",
                        "UPDATE audit_chain SET last_seq = 0, last_hash = \(AuditChain.origin) WHERE id = 1")
                }
            }
            let plain = try await run("audit-verify", premises)
            #expect(plain.end == .status(0) && plain.output == "ok: 0 rows, 0 chained\n")
            let cut = try await run("audit-verify", premises, kept)
            #expect(cut.end == .status(1))
            #expect(cut.output.hasPrefix("broken: the first bad checkpoint is line 1, of row 1: "), "\(cut.output)")
        }
    }

    @Test("lines that are wrong are named by their number", arguments: TestEngine.available)
    func wrongLines(engine: TestEngine) async throws {
        try await withNode(on: engine) { premises, _ in
            let good = try await run("audit-checkpoint", premises).output.split(separator: "\n").joined()
            let madeUp = good.replacing("\"seq\":1", with: "\"seq\":2")
            #expect(madeUp != good)
            for (line, words) in [(madeUp, "signature"), ("{\"application\":", "no checkpoint")] {
                let found = try await run("audit-verify", premises, try write([good, line, good], premises))
                #expect(found.end == .status(1))
                #expect(found.output.contains("line 2") && found.output.contains(words), "\(found.output)")
            }
        }
    }

    @Test("a file with nothing to compare with, or none at all, proves nothing")
    func nothing() async throws {
        try await withNode(on: .sqlite) { premises, _ in
            let empty = try await run("audit-verify", premises, try write([], premises))
            #expect(empty.end == .status(1) && empty.output.contains("no checkpoint of bags"))
            let missing = try await run(
                "audit-verify", premises, ["--checkpoints", premises.folder.file("not-there")])
            #expect(missing.end != .status(0) && missing.errors.contains("not-there"))
        }
    }

    @Test("whoever has another secret neither signs nor compares", arguments: TestEngine.available)
    func otherSecret(engine: TestEngine) async throws {
        try await withNode(on: engine) { premises, _ in
            let other = ["--set", "secret.key=another-secret-of-some-house-0123"]
            let printed = try await run("audit-checkpoint", premises, other)
            #expect(printed.end != .status(0) && printed.output.isEmpty && printed.errors.contains("secret.key"))
            let kept = try write([try await run("audit-checkpoint", premises).output], premises)
            let compared = try await run("audit-verify", premises, kept + other)
            #expect(compared.end != .status(0) && compared.errors.contains("secret.key"))
        }
    }

    @Test("a node writes checkpoints by itself where a file is named", arguments: TestEngine.available)
    func publishes(engine: TestEngine) async throws {
        try await withNode(on: engine, isPublishing: true) { premises, node in
            let path = published(premises)
            try await eventually("the schedule") {
                try await premises.count("SELECT count(*) FROM job_schedules WHERE name = 'audit.checkpoint'") == 1
            }
            let moved = try await Visitor(port: node.port).send("POST", "/__test/clock", ["advance_seconds": 3600])
            #expect(moved.status == 200)
            let text = try await eventually("the checkpoint") { () -> String? in
                let text = try? String(contentsOfFile: path, encoding: .utf8)
                return text.flatMap { $0.hasSuffix("\n") ? $0 : nil }
            }
            #expect(text.split(separator: "\n").count == 1)
            let found = try await run("audit-verify", premises, ["--checkpoints", path])
            #expect(found.end == .status(0) && found.output.contains("1 checkpoints"), "\(found.output)")
            let health = try await Visitor(port: node.port).send("GET", "/health")
            #expect(health.text.contains("bags.audit_checkpoints"))
        }
    }
}
