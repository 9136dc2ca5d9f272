import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct MailAllowanceTests {
    private func take(
        _ allowance: MailAllowance, _ subject: String, _ after: Span, _ database: Database
    ) async throws -> Span? {
        try await database.write { try allowance.take(subject, at: Office.started + after, in: $0) }
    }

    @Test("counts from the first mail on, and starts over when the window has passed", arguments: TestEngine.available)
    func window(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [IdentitySchema.component]) { database in
            let allowance = MailAllowance("test", limit: MailLimit(count: 2, per: .minutes(10)), key: [1])
            let first = try await take(allowance, "asha", .minutes(0), database)
            #expect(first == nil)
            #expect(try await take(allowance, "asha", .minutes(9), database) == nil)
            #expect(try await take(allowance, "asha", .minutes(9), database) == .minutes(1))
            #expect(try await take(allowance, "asha", .milliseconds(599_999), database) == .seconds(1))
            #expect(try await take(allowance, "asha", .minutes(10), database) == nil)
            #expect(try await take(allowance, "asha", .minutes(19), database) == nil)
            #expect(try await take(allowance, "asha", .minutes(19), database) == .minutes(1))
        }
    }

    @Test("counts people and kinds apart, and keeps no name", arguments: TestEngine.available)
    func apart(engine: TestEngine) async throws {
        try await withDatabase(on: engine, components: [IdentitySchema.component]) { database in
            let limit = MailLimit(count: 1, per: .minutes(10))
            let codes = MailAllowance("code", limit: limit, key: [1])
            let resets = MailAllowance("reset", limit: limit, key: [1])
            let first = try await take(codes, "asha", .minutes(0), database)
            #expect(first == nil)
            #expect(try await take(codes, "ravi", .minutes(0), database) == nil)
            #expect(try await take(resets, "asha", .minutes(0), database) == nil)
            #expect(try await take(codes, "asha", .minutes(0), database) != nil)
            #expect(codes.hash("asha") != resets.hash("asha"))
            #expect(codes.hash("asha") != MailAllowance("code", limit: limit, key: [2]).hash("asha"))
        }
    }

    @Test("is forgotten when the window is over", arguments: TestEngine.available)
    func purge(engine: TestEngine) async throws {
        try await withPostOffice(on: engine) { post in
            let allowance = MailAllowance("test", limit: MailLimit(), key: [1])
            _ = try await take(allowance, "asha", .minutes(0), post.database)
            #expect(try await post.identity.purge(at: Office.started + .milliseconds(899_999)) == 0)
            #expect(try await post.identity.purge(at: Office.started + .minutes(15)) == 1)
        }
    }
}
