import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct AuditCheckpointTests {
    @Test("is one line with the end of the chain, signed over its canonical members", arguments: TestEngine.available)
    func vector(engine: TestEngine) async throws {
        try await withWrittenAudit(on: engine, rows: 3) { audit in
            let line = try await audit.checkpoint()
            let hash = try await audit.database.read {
                try $0.scalar("test.hash", "SELECT hash FROM audit_rows WHERE seq = 3", as: String.self)
            }
            let key = SigningKey(seed: Office.keys().checkpoints).verification
            let members = try JSONValue(parsing: Array(line.utf8))
            #expect(
                members.members?.map(\.key) == ["application", "seq", "hash", "at", "key_id", "signature"])
            #expect(!line.contains("\n"))
            let signed = """
                {"application":"bags","at":"\(Office.started.rfc3339)","hash":"\(hash ?? "")","key_id":"\(key.id)",\
                "seq":3}
                """
            let signature = [UInt8](base64URL: members["signature"]?.string ?? "") ?? []
            #expect(key.verifies(signature, of: Array(signed.utf8)))
        }
    }

    @Test("holds however the chain goes on", arguments: TestEngine.available)
    func holds(engine: TestEngine) async throws {
        try await withWrittenAudit(on: engine) { audit in
            var lines = [try await audit.checkpoint()]
            for _ in 0..<3 {
                try await audit.grow(2)
                lines.append(try await audit.checkpoint())
                let found = try await audit.verify(lines)
                #expect(found.ok && found.checkpoints == lines.count && found.firstBadCheckpoint == nil)
            }
            #expect(try await audit.verify(lines.reversed()).ok, "in whatever order")
        }
    }

    @Test("is compared with nothing unless asked", arguments: TestEngine.available)
    func optional(engine: TestEngine) async throws {
        try await withWrittenAudit(on: engine, rows: 1) { audit in
            let (bare, empty) = (try await AuditChain.verify(audit.database), try await audit.verify([]))
            #expect(bare.checkpoints == nil && empty.checkpoints == 0)
        }
    }

    @Test(
        "finds a row that was changed though the whole chain was made anew, and names the first line that fails",
        arguments: TestEngine.available)
    func rewritten(engine: TestEngine) async throws {
        try await withWrittenAudit(on: engine, rows: 1) { audit in
            var lines = [try await audit.checkpoint()]
            for _ in 0..<2 {
                try await audit.grow(2)
                lines.append(try await audit.checkpoint())
            }
            try await audit.rewrite(3)
            #expect(try await audit.holdsByItself())
            let found = try await audit.verify(lines)
            #expect(!found.ok && found.firstBadSeq == nil && found.checkpoints == 3)
            #expect(found.firstBadCheckpoint == AuditCheckpointFault(line: 2, seq: 3, reason: .changed))
            #expect(try await audit.verify([lines[0]]).ok, "what was before the change is proved still")
            #expect(try await audit.verify([lines[2]]).firstBadCheckpoint?.reason == .changed)
        }
    }

    @Test("finds that the end was cut off, also when other rows came after it", arguments: TestEngine.available)
    func cutOff(engine: TestEngine) async throws {
        try await withWrittenAudit(on: engine, rows: 2) { audit in
            var lines = [try await audit.checkpoint()]
            try await audit.grow(3)
            lines.append(try await audit.checkpoint())
            try await audit.cut(after: 2)
            let fault = AuditCheckpointFault(line: 2, seq: 5, reason: .missing)
            #expect(try await audit.holdsByItself())
            #expect(try await audit.verify(lines).firstBadCheckpoint == fault)
            try await audit.grow(4)
            #expect(try await audit.holdsByItself())
            #expect(try await audit.verify(lines).firstBadCheckpoint == fault)
            try await audit.cut(after: 0)
            #expect(try await audit.verify(lines).firstBadCheckpoint?.line == 1)
        }
    }

    @Test(
        "is refused when somebody changed a member", arguments: TestEngine.available,
        [
            ("seq", .integer(1)), ("at", "2026-01-01T00:00:00.000Z"), ("note", "one more"), ("signature", ""),
            ("hash", .string(String(repeating: "a", count: 64))), ("signature", .string([UInt8](0..<64).base64URL)),
        ] as [(String, JSONValue)])
    func changedMember(engine: TestEngine, change: (member: String, value: JSONValue)) async throws {
        try await withWrittenAudit(on: engine, rows: 2) { audit in
            let good = try await audit.checkpoint()
            let bad = try changed(good, change.member, to: change.value)
            let found = try await audit.verify([good, bad])
            #expect(!found.ok && found.checkpoints == 1)
            #expect(found.firstBadCheckpoint?.line == 2)
            #expect(found.firstBadCheckpoint?.reason == .wrongSignature)
        }
    }

    @Test(
        "can't be made up without the secret, under the name of the right key or another",
        arguments: TestEngine.available)
    func madeUp(engine: TestEngine) async throws {
        try await withWrittenAudit(on: engine, rows: 2) { audit in
            let forger = AuditCheckpointKeys(application: "bags", keys: Office.keys(8))
            let own = try await audit.checkpoint(by: forger)
            #expect(
                try await audit.verify([own]).firstBadCheckpoint
                    == AuditCheckpointFault(line: 1, seq: 2, reason: .unknownKey))
            let right = SigningKey(seed: Office.keys().checkpoints).verification
            let borrowed = try changed(own, "key_id", to: .string(right.id))
            #expect(
                try await audit.verify([borrowed]).firstBadCheckpoint
                    == AuditCheckpointFault(line: 1, seq: 2, reason: .wrongSignature))
            // A token's key must not do either: each purpose has its own.
            let tokenKey = SigningKey(seed: Office.keys().tokens)
            let stray = AuditCheckpoint(
                application: "bags", end: AuditChain.End(seq: 2, hash: AuditChain.origin), at: Office.started,
                signedBy: tokenKey)
            #expect(try await audit.verify([stray.line]).firstBadCheckpoint?.reason == .unknownKey)
        }
    }

    @Test(
        "goes on being good when the secret changes, as long as the one before is named",
        arguments: TestEngine.available)
    func rotation(engine: TestEngine) async throws {
        try await withWrittenAudit(on: engine, rows: 1) { audit in
            let (old, new) = (Office.keys(), Office.keys(8))
            let rotated = AuditCheckpointKeys(application: "bags", keys: new, previous: [Office.keys(9), old])
            let before = try await audit.checkpoint()
            try await audit.grow()
            let after = try await audit.checkpoint(by: rotated)
            #expect(try await audit.verify([before, after], by: rotated).ok)
            let alone = AuditCheckpointKeys(application: "bags", keys: new)
            #expect(try await audit.verify([after], by: alone).ok, "the present key signs")
            #expect(
                try await audit.verify([after, before], by: alone).firstBadCheckpoint
                    == AuditCheckpointFault(line: 2, seq: 1, reason: .unknownKey))
        }
    }

    @Test(
        "names a line that can't be read by its number", arguments: TestEngine.available,
        [
            "{", "null", "[]", "{}", "checkpoint", #"{"application":"bags"}"#, "\u{0}", "{\"application\":\"bags\"",
        ])
    func unreadable(engine: TestEngine, line: String) async throws {
        try await withWrittenAudit(on: engine, rows: 1) { audit in
            let good = try await audit.checkpoint()
            let found = try await audit.verify([good, "", line, good])
            #expect(!found.ok && found.checkpoints == 2)
            #expect(found.firstBadCheckpoint == AuditCheckpointFault(line: 3, seq: nil, reason: .unreadable))
        }
    }

    @Test("takes no line whose members are of another kind, missing, twice or too many")
    func strict() async throws {
        try await withWrittenAudit(on: .sqlite, rows: 1) { audit in
            let good = try await audit.checkpoint()
            #expect(AuditCheckpoint(Array(good.utf8)) != nil)
            let wrong: [(String, JSONValue?)] = [
                ("seq", "1"), ("seq", .number(1.5)), ("seq", -1), ("seq", .integer(1 << 53 + 1)), ("seq", nil),
                ("hash", "abc"), ("hash", .string(String(repeating: "A", count: 64))), ("hash", nil), ("at", "today"),
                ("at", nil), ("key_id", nil), ("key_id", 7), ("signature", "=="), ("signature", nil),
                ("application", nil), ("note", .string(String(repeating: "x", count: 5000))),
            ]
            for (member, value) in wrong {
                let line = try changed(good, member, to: value)
                #expect(AuditCheckpoint(Array(line.utf8)) == nil, "\(member): \(line.prefix(200))")
            }
            let twice = "{\"seq\":1," + good.dropFirst()
            #expect(AuditCheckpoint(Array(twice.utf8)) == nil)
        }
    }

    @Test("passes over blank lines and those of other applications", arguments: TestEngine.available)
    func others(engine: TestEngine) async throws {
        try await withWrittenAudit(on: engine, rows: 1) { audit in
            let other = AuditCheckpointKeys(application: "court", keys: Office.keys(3))
            let lines = [try await audit.checkpoint(by: other), " \t\r", try await audit.checkpoint() + "\r", ""]
            let found = try await audit.verify(lines)
            #expect(found.ok && found.checkpoints == 1)
        }
    }

    @Test("the first line of the file that fails is named, whatever is wrong with it", arguments: TestEngine.available)
    func order(engine: TestEngine) async throws {
        try await withWrittenAudit(on: engine, rows: 1) { audit in
            let line = try await audit.checkpoint()
            try await audit.rewrite(1)
            #expect(try await audit.verify([line, "{"]).firstBadCheckpoint?.reason == .changed)
            #expect(try await audit.verify(["{", line]).firstBadCheckpoint?.reason == .unreadable)
        }
    }

    @Test("says in words what is wrong, and nothing of what the line says")
    func words() {
        let fault = AuditCheckpointFault(line: 3, seq: 41, reason: .missing)
        #expect(fault.description == "line 3, of row 41: there is no such row any more")
        let rubbish = AuditCheckpointFault(line: 9, seq: nil, reason: .unreadable)
        #expect(rubbish.description == "line 9: it is no checkpoint")
    }
}
