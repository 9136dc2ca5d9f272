import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoJobs

/// Does with each message what the test says.
private final class ScriptedGateway: TextTransport {
    private let answers: Mutex<[Result<Int, any Error>]>
    private let seen = Mutex<[TextEnvelope]>([])

    init(_ answers: [Result<Int, any Error>] = []) {
        self.answers = Mutex(answers)
    }

    var envelopes: [TextEnvelope] { seen.withLock(\.self) }

    func send(_ message: TextEnvelope) async throws -> Int {
        seen.withLock { $0.append(message) }
        let next = answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        return try next?.get() ?? 200
    }
}

@Suite(.timeLimit(.minutes(5))) struct TextQueueTests {
    private static let number = "+919812345678"
    private static let words = "123456 is your code"

    private struct Post {
        let shop: Workshop
        let texts: TextQueue
        let worker: JobWorker

        func enqueue(account: Int64? = 7, lasting life: Span = .minutes(7)) async throws {
            let message = OutgoingText(
                to: TextQueueTests.number, text: TextQueueTests.words, kind: "account.code", accountID: account,
                expiresAt: shop.clock.now() + life)
            try await shop.database.write { _ = try texts.enqueue(message, in: $0) }
        }

        func pass(_ span: Span) async throws {
            shop.clock.advance(by: span)
            try await worker.runUntilIdle()
        }

        struct Standing: Sendable {
            let state: TextState
            let status: Int?
            let content: [UInt8]?
        }

        /// The newest message.
        func newest() async throws -> Standing {
            let found = try await shop.database.read {
                try $0.first(
                    "test.text", "SELECT state, status, content FROM text_messages ORDER BY id DESC LIMIT 1"
                ) { Standing(state: try $0[0], status: try $0[1], content: try $0[2]) }
            }
            return try #require(found)
        }

        /// The newest job: where it stands, and everything it has noted.
        func job() async throws -> (state: JobState, errors: String) {
            let found = try await shop.database.read {
                try $0.first("test.job", "SELECT state, errors, payload FROM jobs ORDER BY id DESC LIMIT 1") {
                    (state: try JobState.read($0, 0), errors: try String.read($0, 1) + String.read($0, 2))
                }
            }
            return try #require(found)
        }

        func count() async throws -> Int? {
            try await shop.database.read {
                try $0.scalar("test.count", "SELECT count(*) FROM text_messages", as: Int.self)
            }
        }
    }

    /// Not readable, and no cipher either: which one seals is the node's business.
    private static let seal = JobSeal { plain, id in
        Array(id.utf8) + plain.map { $0 ^ 0x5A }
    } open: { sealed, id in
        sealed.starts(with: id.utf8) ? sealed.dropFirst(id.utf8.count).map { $0 ^ 0x5A } : nil
    }

    private func withPost(
        on engine: TestEngine, _ transport: (any TextTransport)?, _ body: (Post) async throws -> Void
    ) async throws {
        try await withWorkshop(on: engine) { shop in
            let texts = TextQueue(jobs: shop.queue, seal: Self.seal, transport: transport)
            var book = JobBook()
            texts.register(in: &book, database: shop.database)
            try await body(Post(shop: shop, texts: texts, worker: shop.worker(adding: book)))
        }
    }

    private static func later(_ span: Span? = nil) -> Result<Int, any Error> {
        .failure(TextTrouble(.later(span), status: 503, words: "the gateway answered 503"))
    }

    @Test("a message is sealed while it waits, sent once, and forgotten then", arguments: TestEngine.available)
    func sends(engine: TestEngine) async throws {
        let gateway = ScriptedGateway([.success(202)])
        try await withPost(on: engine, gateway) { post in
            try await post.enqueue()
            let waiting = try await post.newest()
            let text = String(decoding: try #require(waiting.content), as: UTF8.self)
            #expect(waiting.state == .queued && !text.contains("123456") && !text.contains("98123"))
            try await post.worker.runUntilIdle()
            #expect(gateway.envelopes.map(\.to) == [Self.number] && gateway.envelopes[0].text == Self.words)
            let sent = try await post.newest()
            #expect(sent.state == .sent && sent.status == 202 && sent.content == nil)
            #expect(try await post.job().state == .succeeded)
        }
    }

    @Test("a message of a transaction that fails is not sent", arguments: TestEngine.available)
    func rollsBack(engine: TestEngine) async throws {
        let gateway = ScriptedGateway()
        try await withPost(on: engine, gateway) { post in
            let message = OutgoingText(
                to: Self.number, text: Self.words, kind: "account.code", expiresAt: Workshop.start + .minutes(7))
            await #expect(throws: TextTrouble.self) {
                try await post.shop.database.write { transaction in
                    try post.texts.enqueue(message, in: transaction)
                    throw TextTrouble(.refused, words: "no")
                }
            }
            try await post.worker.runUntilIdle()
            #expect(gateway.envelopes.isEmpty)
            #expect(try await post.count() == 0)
        }
    }

    @Test("what was not taken is tried again soon, under the same id", arguments: TestEngine.available)
    func retries(engine: TestEngine) async throws {
        let gateway = ScriptedGateway([Self.later(), Self.later()])
        try await withPost(on: engine, gateway) { post in
            try await post.enqueue()
            try await post.worker.runUntilIdle()
            #expect(try await post.newest().state == .queued)
            try await post.pass(.seconds(4))
            #expect(gateway.envelopes.count == 1)
            try await post.pass(.seconds(3))
            #expect(gateway.envelopes.count == 2)
            try await post.pass(.seconds(13))
            #expect(gateway.envelopes.count == 3 && Set(gateway.envelopes.map(\.id)).count == 1)
            #expect(try await post.newest().state == .sent)
        }
    }

    @Test("a refused message is a dead letter at once, without its words", arguments: TestEngine.available)
    func refused(engine: TestEngine) async throws {
        let gateway = ScriptedGateway([
            .failure(TextTrouble(.refused, status: 400, words: "the gateway answered 400"))
        ])
        try await withPost(on: engine, gateway) { post in
            try await post.enqueue()
            try await post.worker.runUntilIdle()
            let failed = try await post.newest()
            #expect(failed.state == .failed && failed.status == 400 && failed.content == nil)
            let job = try await post.job()
            #expect(job.state == .failed && job.errors.contains("400"))
            #expect(!job.errors.contains("123456") && !job.errors.contains("98123"))
            let replays = try await post.shop.database.write {
                try post.shop.queue.replay(JobSearch(state: .failed, queue: TextQueue.queueName), in: $0)
            }
            #expect(replays.replayed == 1)
            try await post.worker.runUntilIdle()
            #expect(try await post.job().errors.contains("text_gone"))
            #expect(gateway.envelopes.count == 1)
        }
    }

    @Test("after the last try a message is a dead letter, without its words", arguments: TestEngine.available)
    func givesUp(engine: TestEngine) async throws {
        let gateway = ScriptedGateway(Array(repeating: Self.later(), count: 9))
        try await withPost(on: engine, gateway) { post in
            try await post.enqueue(lasting: .hours(2))
            for _ in 0..<9 {
                try await post.worker.runUntilIdle()
                post.shop.clock.advance(by: .minutes(2))
            }
            #expect(gateway.envelopes.count == 7)
            let failed = try await post.newest()
            #expect(failed.state == .failed && failed.content == nil)
            #expect(try await post.job().state == .failed)
        }
    }

    @Test("nothing is sent when it is too late, and nothing is left of it", arguments: TestEngine.available)
    func expires(engine: TestEngine) async throws {
        let gateway = ScriptedGateway()
        try await withPost(on: engine, gateway) { post in
            try await post.enqueue()
            try await post.pass(.minutes(7))
            let late = try await post.newest()
            #expect(gateway.envelopes.isEmpty && late.state == .expired && late.content == nil)
            #expect(try await post.job().state == .succeeded)
        }
    }

    @Test("a gateway that asks for more time than there is gets no further try", arguments: TestEngine.available)
    func longWait(engine: TestEngine) async throws {
        let gateway = ScriptedGateway([Self.later(.hours(1))])
        try await withPost(on: engine, gateway) { post in
            try await post.enqueue()
            try await post.worker.runUntilIdle()
            try await post.pass(.minutes(7))
            #expect(gateway.envelopes.count == 1)
            #expect(try await post.newest().state == .expired)
        }
    }

    @Test("while the gateway is left alone messages wait without losing a try", arguments: TestEngine.available)
    func leftAlone(engine: TestEngine) async throws {
        let away = Result<Int, any Error>.failure(TextTrouble(.leftAlone(.seconds(5)), words: "circuit_open"))
        let gateway = ScriptedGateway(Array(repeating: away, count: 12))
        try await withPost(on: engine, gateway) { post in
            try await post.enqueue()
            for _ in 0..<13 {
                try await post.worker.runUntilIdle()
                post.shop.clock.advance(by: .seconds(5))
            }
            #expect(try await post.newest().state == .sent)
        }
    }

    @Test(
        "where messages are sent no more, those that wait are dropped with their words",
        arguments: TestEngine.available)
    func drops(engine: TestEngine) async throws {
        try await withPost(on: engine, nil) { post in
            #expect(!post.texts.isOpen)
            try await post.enqueue()
            try await post.worker.runUntilIdle()
            let dropped = try await post.newest()
            #expect(dropped.state == .dropped && dropped.content == nil)
        }
    }

    @Test("what does not open is a dead letter", arguments: TestEngine.available)
    func unreadable(engine: TestEngine) async throws {
        let gateway = ScriptedGateway()
        try await withPost(on: engine, gateway) { post in
            try await post.enqueue()
            try await post.shop.database.write { transaction in
                try transaction.execute("test.break", "UPDATE text_messages SET content = \([1, 2] as [UInt8])")
            }
            try await post.worker.runUntilIdle()
            let failed = try await post.newest()
            #expect(failed.state == .failed && failed.content == nil && gateway.envelopes.isEmpty)
        }
    }

    @Test("messages of an account are forgotten together, those that wait too", arguments: TestEngine.available)
    func forgets(engine: TestEngine) async throws {
        let gateway = ScriptedGateway()
        try await withPost(on: engine, gateway) { post in
            try await post.enqueue(account: 7)
            try await post.worker.runUntilIdle()
            try await post.enqueue(account: 7)
            try await post.enqueue(account: 8)
            let removed = try await post.shop.database.write { try post.texts.forget(7, in: $0) }
            #expect(removed == 2)
            try await post.worker.runUntilIdle()
            #expect(gateway.envelopes.count == 2)
            #expect(try await post.count() == 1)
        }
    }

    @Test("old messages are removed by a schedule", arguments: TestEngine.available)
    func purges(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let texts = TextQueue(jobs: shop.queue, seal: Self.seal, transport: ScriptedGateway())
            var book = JobBook()
            texts.register(in: &book, database: shop.database)
            let schedule = try texts.register(purgeAfter: .days(30), in: &book, database: shop.database)
            let worker = shop.worker(schedules: [schedule], adding: book)
            let post = Post(shop: shop, texts: texts, worker: worker)
            try await post.enqueue()
            try await worker.runUntilIdle()
            try await post.pass(.days(31))
            #expect(try await post.count() == 0)
        }
    }

    @Test("notes tell an account of its messages, the newest first", arguments: TestEngine.available)
    func notes(engine: TestEngine) async throws {
        try await withPost(on: engine, ScriptedGateway()) { post in
            try await post.enqueue()
            try await post.pass(.seconds(0))
            try await post.enqueue(account: 8)
            post.shop.clock.advance(by: .minutes(1))
            try await post.enqueue()
            let notes = try await post.shop.database.read { try post.texts.notes(of: 7, in: $0) }
            #expect(
                notes == [
                    TextNote(
                        kind: "account.code", state: .queued, queuedAt: Workshop.start + .minutes(1), endedAt: nil),
                    TextNote(
                        kind: "account.code", state: .sent, queuedAt: Workshop.start, endedAt: Workshop.start),
                ])
            let newest = try await post.shop.database.read { try post.texts.notes(of: 7, limit: 1, in: $0) }
            #expect(newest.map(\.state) == [.queued])
        }
    }
}
