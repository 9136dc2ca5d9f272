import PorticoSQL
import PorticoTesting
import Testing

@testable import PorticoIdentity

@Suite struct MasterKeyMarkTests {
    private let old = Office.keys(1)
    private let new = Office.keys(2)

    private func withMarked(on engine: TestEngine, _ body: (Database) async throws -> Void) async throws {
        try await withDatabase(on: engine, components: [IdentitySchema.component]) { database in
            #expect(try await MasterKeyMark.matches(old, in: database))
            try await body(database)
        }
    }

    @Test("knows the key a database is used with, and refuses another", arguments: TestEngine.available)
    func compare(engine: TestEngine) async throws {
        try await withMarked(on: engine) { database in
            let answers = [
                try await MasterKeyMark.matches(old, in: database), try await MasterKeyMark.matches(new, in: database),
                try await MasterKeyMark.matches(old, in: database),
            ]
            #expect(answers == [true, false, true])
        }
    }

    @Test("takes a new key from whoever knows the one before, and no longer that one", arguments: TestEngine.available)
    func renew(engine: TestEngine) async throws {
        try await withMarked(on: engine) { database in
            let answers = [
                try await MasterKeyMark.matches(new, previous: [Office.keys(9), old], in: database),
                try await MasterKeyMark.matches(new, in: database), try await MasterKeyMark.matches(old, in: database),
            ]
            #expect(answers == [true, true, false])
        }
    }

    @Test("refuses whoever knows neither, and changes nothing", arguments: TestEngine.available)
    func neither(engine: TestEngine) async throws {
        try await withMarked(on: engine) { database in
            let strangers = [Office.keys(3), Office.keys(4)]
            let answers = [
                try await MasterKeyMark.matches(new, previous: strangers, in: database),
                try await MasterKeyMark.matches(old, in: database),
            ]
            #expect(answers == [false, true])
        }
    }

    @Test("lets nodes that know both keys change one after another", arguments: TestEngine.available)
    func oneByOne(engine: TestEngine) async throws {
        try await withMarked(on: engine) { database in
            for _ in 0..<2 {
                let before = try await MasterKeyMark.matches(old, previous: [new], in: database)
                let after = try await MasterKeyMark.matches(new, previous: [old], in: database)
                #expect(before && after)
            }
            let alone = try await MasterKeyMark.matches(new, in: database)
            #expect(alone)
        }
    }
}
