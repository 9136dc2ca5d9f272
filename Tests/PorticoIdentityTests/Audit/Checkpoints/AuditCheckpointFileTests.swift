import Foundation
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct AuditCheckpointFileTests {
    /// An audit, and a file in a folder of its own.
    private func withFile(
        on engine: TestEngine, rows: Int = 1, _ body: (WrittenAudit, AuditCheckpointFile) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await withWrittenAudit(on: engine, rows: rows) { audit in
            try await body(audit, AuditCheckpointFile(path: folder.file("checkpoints"), keys: audit.keys))
        }
    }

    private func lines(_ file: AuditCheckpointFile) throws -> [Substring] {
        try String(contentsOfFile: file.path, encoding: .utf8).split(separator: "\n")
    }

    /// Puts bytes at the end of a file, as somebody else might.
    private func append(_ text: String, to file: AuditCheckpointFile) throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file.path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    @Test("gets a line when the chain has grown, and none when it has not", arguments: TestEngine.available)
    func grows(engine: TestEngine) async throws {
        try await withFile(on: engine) { audit, file in
            let first = try await file.publish(from: audit.database, at: Office.started)
            #expect(first?.seq == 1)
            #expect(try await file.publish(from: audit.database, at: Office.started + .hours(1)) == nil)
            #expect(try lines(file).count == 1)
            try await audit.grow(2)
            let second = try await file.publish(from: audit.database, at: Office.started + .hours(2))
            #expect(second?.seq == 3 && second?.at == Office.started + .hours(2))
            let made = [first, second].compactMap { $0?.line }
            #expect(try lines(file).map { String($0) } == made)
            let found = try await AuditChain.verify(audit.database, against: try await file.list())
            #expect(found.ok && found.checkpoints == 2)
        }
    }

    @Test("gets nothing of an audit without rows", arguments: TestEngine.available)
    func empty(engine: TestEngine) async throws {
        try await withFile(on: engine, rows: 0) { audit, file in
            let published = try await file.publish(from: audit.database, at: Office.started)
            #expect(published == nil)
            #expect(!FileManager.default.fileExists(atPath: file.path))
        }
    }

    @Test("gets one line though many publish at the same time", arguments: TestEngine.available)
    func together(engine: TestEngine) async throws {
        try await withFile(on: engine) { audit, file in
            let made = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await file.publish(from: audit.database, at: Office.started) != nil }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(made == 1)
            #expect(try lines(file).count == 1)
        }
    }

    @Test("is made for its owner only")
    func mode() async throws {
        try await withFile(on: .sqlite) { _, file in
            try await file.prepare()
            let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try lines(file).isEmpty)
        }
    }

    @Test("has room for several applications", arguments: TestEngine.available)
    func shared(engine: TestEngine) async throws {
        try await withFile(on: engine) { audit, file in
            let other = AuditCheckpointFile(
                path: file.path, keys: AuditCheckpointKeys(application: "court", keys: Office.keys(3)))
            for one in [file, other, file, other] {
                try await one.publish(from: audit.database, at: Office.started)
            }
            #expect(try lines(file).count == 2)
            for one in [file, other] {
                let found = try await AuditChain.verify(audit.database, against: try await one.list())
                #expect(found.ok && found.checkpoints == 1)
            }
        }
    }

    @Test("what a crash has left of a line stays a line of its own, and is named")
    func torn() async throws {
        try await withFile(on: .sqlite) { audit, file in
            try await file.publish(from: audit.database, at: Office.started)
            try append(#"{"application":"bags","seq":2,"ha"#, to: file)
            try await audit.grow()
            let made = try await file.publish(from: audit.database, at: Office.started)
            #expect(try lines(file).last.map { String($0) } == made?.line)
            let found = try await AuditChain.verify(audit.database, against: try await file.list())
            #expect(found.checkpoints == 2)
            #expect(found.firstBadCheckpoint == AuditCheckpointFault(line: 2, seq: nil, reason: .unreadable))
        }
    }

    @Test("a line that was made up does not keep the next one from being written")
    func blocked() async throws {
        try await withFile(on: .sqlite) { audit, file in
            let line = try await audit.checkpoint()
            try await file.prepare()
            try append(try changed(line, "seq", to: 1_000_000) + "\n", to: file)
            #expect(try await file.publish(from: audit.database, at: Office.started)?.seq == 1)
        }
    }

    @Test("finds the last line behind many of another application")
    func reach() async throws {
        try await withFile(on: .sqlite) { audit, file in
            try await file.publish(from: audit.database, at: Office.started)
            let other = try await audit.checkpoint(by: AuditCheckpointKeys(application: "court", keys: Office.keys(3)))
            try append(String(repeating: other + "\n", count: 100), to: file)
            #expect(try await file.publish(from: audit.database, at: Office.started) == nil)
        }
    }

    @Test("where it can't be is told, and nothing is made there")
    func nowhere() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await withWrittenAudit(on: .sqlite, rows: 1) { audit in
            for path in [folder.file("no/such/folder"), folder.path, "/dev/null"] {
                let file = AuditCheckpointFile(path: path, keys: audit.keys)
                let error = await #expect(throws: AuditCheckpointFileError.self) {
                    try await file.publish(from: audit.database, at: Office.started)
                }
                #expect(error?.path == path)
                await #expect(throws: AuditCheckpointFileError.self) { try await file.prepare() }
            }
            let missing = AuditCheckpointFile(path: folder.file("missing"), keys: audit.keys)
            await #expect(throws: AuditCheckpointFileError.self) { _ = try await missing.list() }
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(files.isEmpty)
        }
    }
}
