import PorticoHTTP
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct IdempotencyKeeperTests {
    private func request(
        _ key: String = "k", account: Int64? = 1, operation: String = "POST /bags/x", body: String = "b"
    ) -> IdempotentRequest {
        IdempotentRequest(
            key: key, accountID: account, operation: operation, contentHash: Digest.sha256(Array(body.utf8)))
    }

    private func withKeeper(
        on engine: TestEngine, _ body: (IdempotencyKeeper, Office) async throws -> Void
    ) async throws {
        try await withOffice(on: engine) { try await body($0.identity.idempotency, $0) }
    }

    private func claim(_ keeper: IdempotencyKeeper, _ request: IdempotentRequest) async throws -> IdempotencyToken {
        guard case .fresh(let token) = try await keeper.begin(request) else { throw Missing() }
        return token
    }

    private func replay(_ keeper: IdempotencyKeeper, _ request: IdempotentRequest) async throws -> Response {
        guard case .replay(let response) = try await keeper.begin(request) else { throw Missing() }
        return response
    }

    private let answer = Response(
        .created,
        headers: [
            "content-type": "application/json", "location": "/bags/x/1", "Set-Cookie": "a=b", "date": "now",
            "x-request-id": "r", "link": "one", "Link": "two",
        ], body: .bytes(Array(#"{"id":"1"}"#.utf8)))

    @Test(
        "gives the first answer again, byte for byte, without what belongs to one exchange",
        arguments: TestEngine.available)
    func replayed(engine: TestEngine) async throws {
        try await withKeeper(on: engine) { keeper, _ in
            try await keeper.finish(try await claim(keeper, request()), answer)
            let again = try await replay(keeper, request())
            #expect(again.status == 201)
            #expect(again.headers.map(\.name) == ["content-type", "location", "link", "Link"])
            guard case .bytes(let bytes) = again.body else { throw Missing() }
            #expect(bytes == Array(#"{"id":"1"}"#.utf8))
        }
    }

    @Test("refuses the same key with another body, also while the first still runs", arguments: TestEngine.available)
    func reused(engine: TestEngine) async throws {
        try await withKeeper(on: engine) { keeper, _ in
            let token = try await claim(keeper, request())
            let running = try await problem { _ = try await keeper.begin(request(body: "other")) }
            #expect(running?.code == "idempotency_key_reused" && running?.status == 422)
            try await keeper.finish(token, answer)
            #expect(try await problem { _ = try await keeper.begin(request(body: "other")) }?.status == 422)
        }
    }

    @Test("says that the first request still runs", arguments: TestEngine.available)
    func running(engine: TestEngine) async throws {
        try await withKeeper(on: engine) { keeper, _ in
            _ = try await claim(keeper, request())
            let problem = try await problem { _ = try await keeper.begin(request()) }
            #expect(problem?.status == 409 && problem?.code == "idempotency_in_progress")
            #expect(problem?.headers["retry-after"] == "1")
        }
    }

    @Test("keeps keys of other accounts, operations and nobody apart", arguments: TestEngine.available)
    func scopes(engine: TestEngine) async throws {
        try await withKeeper(on: engine) { keeper, _ in
            _ = try await claim(keeper, request())
            _ = try await claim(keeper, request(account: 2))
            _ = try await claim(keeper, request(account: nil))
            _ = try await claim(keeper, request(operation: "POST /bags/y"))
            _ = try await claim(keeper, request("k2"))
        }
    }

    @Test("has one winner among requests that come at once", arguments: TestEngine.available)
    func together(engine: TestEngine) async throws {
        try await withKeeper(on: engine) { keeper, _ in
            let outcomes = await withTaskGroup(of: String.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        do {
                            _ = try await claim(keeper, request())
                            return "claimed"
                        } catch {
                            return (error as? Problem)?.code ?? "\(error)"
                        }
                    }
                }
                return await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == "claimed" }.count == 1)
            #expect(Set(outcomes) == ["claimed", "idempotency_in_progress"])
        }
    }

    @Test(
        "gives a claim of a minute's age to the next request, and ignores the late first",
        arguments: TestEngine.available)
    func takeover(engine: TestEngine) async throws {
        try await withKeeper(on: engine) { keeper, office in
            let first = try await claim(keeper, request())
            office.clock.advance(by: .seconds(59))
            #expect(try await problem { _ = try await keeper.begin(request()) }?.status == 409)
            office.clock.advance(by: .seconds(1))
            #expect(try await problem { _ = try await keeper.begin(request(body: "other")) }?.status == 422)
            let second = try await claim(keeper, request())
            try await keeper.finish(first, Response(.ok))
            await keeper.abandon(first)
            #expect(try await problem { _ = try await keeper.begin(request()) }?.status == 409)
            try await keeper.finish(second, answer)
            #expect(try await replay(keeper, request()).status == 201)
        }
    }

    @Test("gives the key back after a failure that a retry may mend", arguments: TestEngine.available)
    func abandoned(engine: TestEngine) async throws {
        try await withKeeper(on: engine) { keeper, _ in
            await keeper.abandon(try await claim(keeper, request()))
            let token = try await claim(keeper, request(body: "other"))
            try await keeper.finish(token, answer)
            await keeper.abandon(token)
            #expect(try await replay(keeper, request(body: "other")).status == 201)
        }
    }

    @Test("forgets after a day", arguments: TestEngine.available)
    func expiry(engine: TestEngine) async throws {
        try await withKeeper(on: engine) { keeper, office in
            try await keeper.finish(try await claim(keeper, request()), answer)
            office.clock.advance(by: .milliseconds(24 * 3_600_000 - 1))
            _ = try await replay(keeper, request())
            #expect(try await keeper.purge(at: office.clock.now()) == 0)
            office.clock.advance(by: .milliseconds(1))
            _ = try await claim(keeper, request(body: "other"))
            #expect(try await keeper.purge(at: office.clock.now() + .hours(24)) == 1)
        }
    }

    @Test("keeps answers sealed", arguments: TestEngine.available)
    func sealed(engine: TestEngine) async throws {
        try await withKeeper(on: engine) { keeper, office in
            try await keeper.finish(try await claim(keeper, request()), answer)
            let stored = try await office.database.read {
                try $0.scalar("test.answer", "SELECT answer FROM idempotency_keys", as: [UInt8].self)
            }
            let text = String(decoding: stored ?? [], as: UTF8.self)
            #expect(stored?.isEmpty == false)
            #expect(!text.contains("/bags/x/1") && !text.contains("\"id\""))
            let renewed = IdempotencyKeeper(
                database: office.database, clock: office.clock, key: Array(repeating: 3, count: 32))
            #expect(try await problem { _ = try await renewed.begin(request()) }?.code == "idempotency_answer_lost")
        }
    }

    @Test("keeps no hash of a body that could be compared with a guess", arguments: TestEngine.available)
    func keyed(engine: TestEngine) async throws {
        try await withKeeper(on: engine) { keeper, office in
            let request = request()
            try await keeper.finish(try await claim(keeper, request), answer)
            let stored = try await office.database.read {
                try $0.scalar("test.hash", "SELECT content_hash FROM idempotency_keys", as: [UInt8].self)
            }
            #expect(stored?.count == 32 && stored != request.contentHash)
            #expect(stored != Digest.sha256(request.contentHash))
        }
    }
}
