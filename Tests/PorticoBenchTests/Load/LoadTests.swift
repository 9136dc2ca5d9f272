import PorticoBench
import PorticoValues
import Synchronization
import Testing

@Suite("A load", .timeLimit(.minutes(2))) struct LoadTests {
    /// Sends so many requests over a connection and then has done.
    private final class Few: LoadSource {
        private let request: BenchRequest
        private let measured: Bool
        private let keepsAnswer: Bool
        private var left: Int
        private let judge: @Sendable (BenchAnswer) -> Bool

        init(
            _ count: Int, _ target: BenchTarget, path: String = "/", measured: Bool = true, keepsAnswer: Bool = false,
            judge: @escaping @Sendable (BenchAnswer) -> Bool = { $0.status == 200 }
        ) {
            left = count
            request = BenchRequest(get: path, of: target)
            self.measured = measured
            self.keepsAnswer = keepsAnswer
            self.judge = judge
        }

        func next() -> LoadStep? {
            guard left > 0 else { return nil }
            left -= 1
            return LoadStep(request, isMeasured: measured, keepsAnswer: keepsAnswer)
        }

        func isWanted(_ answer: BenchAnswer) -> Bool { judge(answer) }
    }

    /// Against a server that answers like this, until every connection has done its part.
    private func run(
        connections: Int = 4, answer: @escaping @Sendable (String) -> String?,
        source: @escaping @Sendable (BenchTarget) -> any LoadSource
    ) async throws -> LoadResult {
        let server = try await CannedServer.start(answer)
        let target = try BenchTarget(server.url)
        var plan = LoadPlan(connections: connections) { _ in source(target) }
        plan.warmUp = .seconds(0)
        let result = try await Load.run(plan, at: target)
        try await server.stop()
        return result
    }

    private final class Calls: Sendable {
        private let number = Mutex(0)

        /// How often it was called before.
        func next() -> Int {
            number.withLock { number in
                defer { number += 1 }
                return number
            }
        }
    }

    @Test("counts what its connections send, over all threads")
    func counts() async throws {
        let result = try await run(connections: 5) { _ in
            CannedServer.ok("hello")
        } source: {
            Few(20, $0)
        }
        #expect(result.requests == 100)
        #expect(result.statuses == [200: 100])
        #expect(result.latency.count == 100)
        #expect(result.errors == 0)
        #expect(result.bytes == 100 * CannedServer.ok("hello").utf8.count)
        #expect(result.perSecond > 0)
    }

    @Test("has a latency for wanted answers only")
    func unwanted() async throws {
        let calls = Calls()
        let result = try await run(connections: 1) { _ in
            calls.next() % 4 == 0 ? "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n" : CannedServer.ok("")
        } source: {
            Few(40, $0)
        }
        #expect(result.statuses == [200: 30, 503: 10])
        #expect(result.latency.count == 30)
        #expect(result.unwanted == 10)
        #expect(result.errorShare == 0.25)
    }

    @Test("goes on over another connection where one is lost, and counts the loss")
    func lost() async throws {
        let calls = Calls()
        let result = try await run(connections: 1) { _ in
            calls.next() == 2 ? nil : CannedServer.ok("")
        } source: {
            Few(10, $0)
        }
        #expect(result.lost == 1)
        #expect(result.latency.count == 9)
        #expect(result.flaw != nil)
    }

    @Test("goes on over another connection where the server closes, and counts no loss")
    func closing() async throws {
        let result = try await run(connections: 2) { _ in
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
        } source: {
            Few(3, $0)
        }
        #expect(result.latency.count == 6)
        #expect(result.errors == 0)
    }

    @Test("counts what is no answer, and what comes without being asked for, as lost")
    func broken() async throws {
        let garbage = try await run(connections: 1) { _ in
            "garbage\r\n"
        } source: {
            Few(1, $0)
        }
        #expect(garbage.lost == 1)
        let surplus = try await run(connections: 1) { _ in
            CannedServer.ok("a") + "more"
        } source: {
            Few(1, $0)
        }
        #expect(surplus.lost == 1)
        #expect(surplus.latency.count == 0)
    }

    @Test("shows answers to a source that wants them")
    func keeps() async throws {
        let result = try await run(connections: 1) { head in
            CannedServer.ok(head.hasPrefix("GET /there HTTP/1.1") ? "found" : "lost")
        } source: {
            Few(3, $0, path: "/there", keepsAnswer: true) { $0.text == "found" && $0.field("content-length") == "5" }
        }
        #expect(result.latency.count == 3)
    }

    @Test("leaves out what only prepares, unless it fails")
    func preparing() async throws {
        let fine = try await run(connections: 1) { _ in
            CannedServer.ok("")
        } source: {
            Few(3, $0, measured: false)
        }
        #expect(fine.requests == 0)
        let bad = try await run(connections: 1) { _ in
            "HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n"
        } source: {
            Few(3, $0, measured: false)
        }
        #expect(bad.unwanted == 3)
    }

    @Test("gives up answers that do not come in time, and ends with its time")
    func late() async throws {
        let server = try await CannedServer.start { _ in "" }
        let target = try BenchTarget(server.url)
        var plan = LoadPlan(connections: 2) { _ in RepeatedRequests([BenchRequest(get: "/", of: target)]) }
        plan.warmUp = .seconds(0)
        plan.length = .milliseconds(300)
        plan.timeout = .milliseconds(100)
        let result = try await Load.run(plan, at: target)
        #expect(result.late >= 2)
        #expect(result.latency.count == 0)
        try await server.stop()
    }

    @Test("rests between answers where it has pauses")
    func pauses() async throws {
        let server = try await CannedServer.start { _ in CannedServer.ok("") }
        let target = try BenchTarget(server.url)
        var plan = LoadPlan(connections: 1) { _ in Few(3, target) }
        plan.warmUp = .seconds(0)
        plan.pause = (.milliseconds(20), .milliseconds(30))
        let result = try await Load.run(plan, at: target)
        #expect(result.latency.count == 3)
        #expect(result.seconds >= 0.04)
        try await server.stop()
    }

    @Test("does not begin where nobody listens")
    func unreachable() async throws {
        let server = try await CannedServer.start { _ in nil }
        try await server.stop()
        let target = try BenchTarget(server.url)
        let plan = LoadPlan(connections: 1) { _ in Few(1, target) }
        await #expect(throws: BenchError("no server answers at \(server.url)")) {
            _ = try await Load.run(plan, at: target)
        }
    }
}
