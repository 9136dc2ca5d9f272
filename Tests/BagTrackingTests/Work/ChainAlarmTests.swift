import Portico
import PorticoTesting
import Synchronization
import Testing

@testable import BagTracking

/// A broken chain of the audit is told of (rule R44).
@Suite struct ChainAlarmTests {
    private final class Lines: Sendable {
        private let said = Mutex<[String]>([])
        var all: [String] { said.withLock { $0 } }
        func note(_ message: String, _ facts: [String: String]) {
            said.withLock { $0.append("\(message) \(facts["first_bad_seq"] ?? "")") }
        }
    }

    @Test(
        "R44 administrators are told of a break once, whichever node finds it, until the chain is whole again",
        arguments: TestEngine.available)
    func tells(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let lines = Lines()
            let nodes = (1...2).map { _ in ChainAlarm(services: hall.services) { lines.note($0, $1) } }
            for code in ["SB00001", "SB00002"] {
                try await hall.scanParent(code)
                _ = try await hall.services.holds.hold(code, reason: "Wet", by: hall.caller(.biller))
            }
            try await chainAudit(of: hall.database)
            try await nodes[0].check()
            #expect(try await hall.mailed().isEmpty && lines.all.isEmpty)
            func forge(_ from: String, _ to: String) async throws {
                try await hall.database.write {
                    try $0.execute(
                        "test.forge",
                        """
                        UPDATE audit_rows SET action = \(to)
                        WHERE action = \(from) AND seq = (SELECT max(seq) FROM audit_rows)
                        """)
                }
            }
            try await forge("bag.held", "bag.eaten")
            for node in nodes { try await node.check() }
            #expect(try await hall.mailed() == ["admin@bags.test"])
            #expect(lines.all == ["the chain of the audit is broken 2", "the chain of the audit is broken 2"])
            let mail = try #require(
                try await hall.database.read { try hall.services.mails.outbox(to: "admin@bags.test", in: $0) }.first)
            #expect(mail.text.contains("first row that is wrong is 2") && mail.text.contains("/bags/audit"))
            #expect(LetterWords.plain(mail.text).subtracting(LetterWords.seen(mail.html ?? "")) == [])
            try await forge("bag.eaten", "bag.held")
            try await nodes[1].check()
            try await forge("bag.held", "bag.eaten")
            try await nodes[0].check()
            #expect(try await hall.mailed().count == 2)
        }
    }

    @Test("R44 the page of the audit says in red that the chain is broken")
    func banner() async throws {
        try await withApp { app in
            let admin = try await app.client("admin")
            _ = await admin.post("/bags/api/v1/areas", ["code": "delhi", "name": "Delhi"])
            try await chainAudit(of: app.database)
            #expect(await admin.get("/bags/audit").text.contains("The chain is whole"))
            try await app.database.write { try $0.execute("test.forge", "UPDATE audit_rows SET entity_id = 'dehli'") }
            let page = await admin.get("/bags/audit?verify=1").text
            #expect(page.contains("The chain is broken") && page.contains("tone-bad"))
            #expect(await admin.get("/bags/audit").text.contains("The chain is broken"))
        }
    }
}
