import Foundation
import Portico
import PorticoTesting
import Synchronization
import Testing

@testable import BagTracking

/// The audit is compared with the checkpoints that were published outside the database (rule R44).
@Suite struct PublishedCheckpointTests {
    private static let route = "/bags/api/v1/audit/verify"

    private final class Lines: Sendable {
        private let said = Mutex<[String]>([])
        var all: [String] { said.withLock { $0 } }
        func note(_ line: String) { said.withLock { $0.append(line) } }
    }

    /// The application with a file of checkpoints, in which the present end of its audit stands.
    private func withPublished(
        on engine: TestEngine, _ body: (AppHarness, AuditCheckpointFile, TestClient) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let settings = [(key: "audit.checkpoint_file", value: folder.file("checkpoints"))]
        try await withApp(on: engine, settings: settings) { app in
            let admin = try await app.client("admin")
            for code in ["delhi", "agra"] {
                _ = await admin.post("/bags/api/v1/areas", ["code": .string(code), "name": .string(code.capitalized)])
            }
            try await chainAudit(of: app.database)
            let file = try #require(app.environment.checkpoints(of: "bags"))
            #expect(try await file.publish(from: app.database, at: app.clock.now()) != nil)
            try await body(app, file, admin)
        }
    }

    /// Removes all rows of the audit, so that the chain knows of none.
    private func clear(_ database: Database) async throws {
        try await database.write { transaction in
            try transaction.execute("test.clear", "DELETE FROM audit_rows")
            try transaction.execute(
                "test.head", "UPDATE audit_chain SET last_seq = 0, last_hash = \(AuditChain.origin) WHERE id = 1")
        }
    }

    @Test(
        "R44 the route and the page compare with the file, and name the first that fails",
        arguments: TestEngine.available)
    func route(engine: TestEngine) async throws {
        try await withPublished(on: engine) { app, _, admin in
            let whole = await admin.get(Self.route).json
            #expect(whole["ok"] == true && whole["checkpoints"] == 1 && whole["first_bad_checkpoint"]?.isNull == true)
            #expect(await admin.get("/bags/audit?verify=1").text.contains("checkpoints compared: 1"))
            try await clear(app.database)
            let cut = await admin.get(Self.route).json
            #expect(cut["ok"] == false && cut["first_bad_seq"]?.isNull == true)
            #expect(cut["first_bad_checkpoint"]?["line"] == 1)
            #expect(cut["first_bad_checkpoint"]?["reason"] == "missing")
            let page = await admin.get("/bags/audit?verify=1").text
            #expect(page.contains("The chain is broken") && page.contains("The first bad checkpoint is line 1"))
            #expect(!page.contains("The first bad row"))
        }
    }

    @Test("R44 a file that is away, or can't be read, keeps nobody from the audit", arguments: TestEngine.available)
    func away(engine: TestEngine) async throws {
        try await withPublished(on: engine) { app, file, admin in
            try FileManager.default.removeItem(atPath: file.path)
            let answer = await admin.get(Self.route)
            #expect(answer.status == 200 && answer.json["ok"] == true)
            #expect(answer.json["checkpoints"]?.isNull == true)
            try FileManager.default.createDirectory(atPath: file.path, withIntermediateDirectories: false)
            #expect(await admin.get(Self.route).json["ok"] == true)
            #expect(await admin.get("/bags/audit?verify=1").text.contains("The chain is whole"))
        }
    }

    private func verification(by node: AppHarness) async throws -> JSONValue {
        let admin = try await node.client("admin")
        return await admin.get(Self.route).json
    }

    @Test("R44 nothing is compared where no file is named")
    func off() async throws {
        try await withApp { app in
            #expect(app.environment.checkpoints(of: "bags") == nil)
            let answer = try await verification(by: app)
            #expect(answer["ok"] == true && answer["checkpoints"]?.isNull == true)
        }
    }

    @Test(
        "R44 checkpoints of before a change of the secret are good while the old one is named",
        arguments: TestEngine.available)
    func rotation(engine: TestEngine) async throws {
        try await withPublished(on: engine) { app, file, _ in
            let old = "0123456789abcdef0123456789abcdef"
            let secrets = [
                (key: "secret.key", value: "another-secret-of-this-house-000"),
                (key: "audit.checkpoint_file", value: file.path),
            ]
            let rotated = try await app.restarted(secrets + [(key: "secret.previous_keys", value: old)])
            let known = try await verification(by: rotated)
            #expect(known["ok"] == true && known["checkpoints"] == 1)
            let alone = try await app.restarted(secrets)
            #expect(try await verification(by: alone)["first_bad_checkpoint"]?["reason"] == "unknown_key")
        }
    }

    @Test(
        "R44 administrators are told of a checkpoint that does not hold, once a day at most",
        arguments: TestEngine.available)
    func alarm(engine: TestEngine) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await withHall(on: engine) { hall in
            let keys = AuditCheckpointKeys(
                application: "bags", keys: SecretKeys(master: Secret([UInt8](repeating: 7, count: 32))))
            let file = AuditCheckpointFile(path: folder.file("checkpoints"), keys: keys)
            let lines = Lines()
            func node(_ file: AuditCheckpointFile?) -> ChainAlarm {
                let services = BagTrackingServices(
                    database: hall.database, clock: hall.clock, outbox: hall.outbox, mails: hall.services.mails,
                    jobs: hall.services.jobs, cursors: hall.services.cursors, settings: hall.services.settings,
                    metrics: MetricsRegistry(), checkpoints: file)
                return ChainAlarm(services: services) { _, facts in lines.note(facts["first_bad_checkpoint"] ?? "") }
            }
            let (reading, other) = (node(file), node(nil))
            try await hall.scanParent("SB00001")
            _ = try await hall.services.holds.hold("SB00001", reason: "Wet", by: hall.caller(.biller))
            try await chainAudit(of: hall.database)
            try await file.publish(from: hall.database, at: hall.clock.now())
            try await reading.check()
            #expect(try await hall.mailed().isEmpty && lines.all.isEmpty)

            try await clear(hall.database)
            for node in [reading, other, reading] { try await node.check() }
            #expect(try await hall.mailed() == ["admin@bags.test"])
            #expect(lines.all == Array(repeating: "line 1, of row 1: there is no such row any more", count: 2))
            let mail = try #require(
                try await hall.database.read { try hall.services.mails.outbox(to: "admin@bags.test", in: $0) }.first)
            #expect(mail.text.contains("published checkpoints") && mail.text.contains("line 1, of row 1"))

            hall.clock.advance(by: .days(1))
            for node in [other, reading] { try await node.check() }
            #expect(try await hall.mailed().count == 2)
        }
    }
}
