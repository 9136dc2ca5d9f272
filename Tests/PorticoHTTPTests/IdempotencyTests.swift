import PorticoJSON
import PorticoSQL
import Synchronization
import Testing

@testable import PorticoHTTP

/// Keeps answers in memory, and does what a test tells it.
private final class MemoryKeeper: IdempotencyKeeping {
    struct State {
        var answers: [String: Response] = [:]
        var busyFor = 0
        var failsToFinish = false
        var abandoned = 0
    }
    let state = Mutex(State())

    func begin(_ request: IdempotentRequest) async throws -> IdempotencyClaim {
        try state.withLock { state in
            if state.busyFor > 0 {
                state.busyFor -= 1
                throw Problem(409, "idempotency_in_progress", "Wait.")
            }
            if let answer = state.answers[request.key] { return .replay(answer) }
            return .fresh(IdempotencyToken(Array(request.key.utf8)))
        }
    }

    func finish(_ token: IdempotencyToken, _ response: Response) async throws {
        try state.withLock { state in
            if state.failsToFinish { throw SQLError(.unavailable, message: "gone") }
            state.answers[String(decoding: token.value, as: UTF8.self)] = response
        }
    }

    func abandon(_ token: IdempotencyToken) async {
        state.withLock { $0.abandoned += 1 }
    }
}

@Suite(.timeLimit(.minutes(10))) struct IdempotencyTests {
    private let keeper = MemoryKeeper()

    private func order(_ count: Int, in sample: SampleSite) async -> Response {
        await sample.send(
            .post, "/shop/items/3/order",
            ["cookie": "who=writer", "content-type": "application/x-www-form-urlencoded"],
            body: "_csrf=\(sample.csrf.token(for: "session-writer").value)&idempotency_key=k-1&count=\(count)")
    }

    @Test("the second of two clicks waits for the answer to the first")
    func doubleClick() async throws {
        let sample = try SampleSite(keeper: keeper)
        #expect(await order(1, in: sample).status == .seeOther)
        keeper.state.withLock { $0.busyFor = 3 }
        let second = await order(1, in: sample)
        #expect(second.status == .seeOther)
        #expect(second.headers["idempotent-replay"] == "true")
    }

    @Test("a refused form can be put right and sent again with its key")
    func refusedForm() async throws {
        let sample = try SampleSite(keeper: keeper)
        #expect(await order(0, in: sample).status == 422)
        #expect(keeper.state.withLock(\.abandoned) == 1)
        #expect(await order(2, in: sample).status == .seeOther)
    }

    @Test("work that is done is answered as done, also when the answer can't be kept")
    func unkept() async throws {
        let sample = try SampleSite(keeper: keeper)
        keeper.state.withLock { $0.failsToFinish = true }
        #expect(await order(1, in: sample).status == .seeOther)
    }

    @Test("a route that answers anew runs for every request with a key, and its contract speaks of none")
    func anew() async throws {
        let sample = try SampleSite(keeper: keeper)
        for _ in 1...2 {
            let answer = await sample.send(
                .post, "/shop/api/v1/sheet", ["content-type": "application/json", "idempotency-key": "k-2"],
                body: #"{"name":"a","count":1,"tags":[{"word":"x"}]}"#)
            #expect(answer.status == .ok)
            #expect(answer.headers["idempotent-replay"] == nil)
        }
        #expect(keeper.state.withLock { $0.answers.isEmpty })
        let mount = sample.site.configuration.mounts[0]
        let paths = try JSONValue(parsing: OpenAPIDocument(of: mount, version: "1").bytes)["paths"]
        #expect(paths?["/shop/api/v1/items"]?["post"]?["parameters"]?[0]?["name"] == "Idempotency-Key")
        #expect(paths?["/shop/api/v1/sheet"]?["post"]?["parameters"] == nil)
    }
}
