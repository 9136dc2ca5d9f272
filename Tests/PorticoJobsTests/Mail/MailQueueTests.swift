import PorticoLimits
import PorticoPages
import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoJobs

/// Does with each envelope what the test says.
private final class ScriptedTransport: MailTransport {
    private let answers: Mutex<[Result<MailDelivery, any Error>]>
    private let seen = Mutex<[MailEnvelope]>([])

    init(_ answers: [Result<MailDelivery, any Error>]) {
        self.answers = Mutex(answers)
    }

    var envelopes: [MailEnvelope] { seen.withLock(\.self) }

    func deliver(_ envelope: MailEnvelope) async throws -> MailDelivery {
        seen.withLock { $0.append(envelope) }
        let next = answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        return try next?.get() ?? .sent(reply: "250 ok")
    }
}

@Suite(.timeLimit(.minutes(5))) struct MailQueueTests {
    private struct Post {
        let shop: Workshop
        let mails: MailQueue
        let worker: JobWorker

        func enqueue(_ to: String = "asha@example.org", subject: String = "Hello") async throws -> Int64 {
            let mail = Mail(
                to: try MailAddress(to, name: "Asha"), subject: subject, text: "Hi", html: "<p>Hi</p>",
                attachments: [MailAttachment(name: "a.txt", mediaType: "text/plain", content: [65])])
            return try await shop.database.write { try mails.enqueue(mail, in: $0) }
        }

        func outbox(_ to: String? = nil) async throws -> [OutboxItem] {
            try await shop.database.read { try mails.outbox(to: to, in: $0) }
        }

        /// The newest mail, and where the newest job stands.
        func newest() async throws -> (mail: OutboxItem, job: JobState?) {
            (try #require(try await outbox().first), try await jobState())
        }

        private func jobState() async throws -> JobState? {
            try await shop.database.read { reading in
                try reading.scalar("test.state", "SELECT state FROM jobs ORDER BY id DESC LIMIT 1", as: JobState.self)
            }
        }
    }

    private func withPost(
        on engine: TestEngine, _ transport: any MailTransport, _ body: (Post) async throws -> Void
    ) async throws {
        try await withWorkshop(on: engine) { shop in
            let mails = MailQueue(
                jobs: shop.queue, sender: try MailAddress("office@example.org"), transport: transport)
            var book = JobBook()
            mails.register(in: &book, database: shop.database)
            let worker = shop.worker(adding: book)
            try await body(Post(shop: shop, mails: mails, worker: worker))
        }
    }

    @Test("the outbox shows mails at once, the newest first, by recipient", arguments: TestEngine.available)
    func showsOutbox(engine: TestEngine) async throws {
        try await withPost(on: engine, OutboxTransport()) { post in
            _ = try await post.enqueue("asha@example.org", subject: "First")
            _ = try await post.enqueue("Ben@example.org", subject: "Second")
            _ = try await post.enqueue("asha@example.org", subject: "Third")
            let waiting = try await post.outbox("ASHA@example.org")
            #expect(waiting.map(\.subject) == ["Third", "First"] && waiting[0].state == .queued)
            try await post.worker.runUntilIdle()
            let kept = try await post.outbox()
            #expect(kept.map(\.subject) == ["Third", "Second", "First"] && kept.allSatisfy { $0.state == .kept })
            #expect(kept[0].html == "<p>Hi</p>" && kept[0].sentAt == Workshop.start && kept[1].to == "Ben@example.org")
        }
    }

    @Test("a mail of a transaction that fails is not sent", arguments: TestEngine.available)
    func rollsBack(engine: TestEngine) async throws {
        let transport = ScriptedTransport([])
        try await withPost(on: engine, transport) { post in
            let mail = Mail(to: try MailAddress("a@b.c"), subject: "x", text: "y")
            await #expect(throws: MailAddressError.self) {
                try await post.shop.database.write { transaction in
                    try post.mails.enqueue(mail, in: transaction)
                    throw MailAddressError()
                }
            }
            try await post.worker.runUntilIdle()
            #expect(try await post.outbox().isEmpty)
            #expect(transport.envelopes.isEmpty)
        }
    }

    @Test(
        "a mail that can't be delivered now is tried again after a minute, as the same message",
        arguments: TestEngine.available)
    func retries(engine: TestEngine) async throws {
        let later = Result<MailDelivery, any Error>.failure(MailTrouble(.later, reply: "452 full"))
        let transport = ScriptedTransport([later])
        try await withPost(on: engine, transport) { post in
            _ = try await post.enqueue()
            try await post.worker.runUntilIdle()
            let waiting = try await post.newest().mail
            #expect(waiting.state == .queued && waiting.reply == "452 full")
            post.shop.clock.advance(by: .seconds(59))
            try await post.worker.runUntilIdle()
            #expect(transport.envelopes.count == 1)
            post.shop.clock.advance(by: .seconds(14))
            try await post.worker.runUntilIdle()
            let texts = transport.envelopes.map { String(decoding: $0.message, as: UTF8.self) }
            let ids = texts.map { $0.split(separator: "\r\n").first { $0.hasPrefix(" <") } }
            #expect(texts.count == 2 && ids[0] == ids[1] && ids[0] != nil)
            let sent = try await post.newest().mail
            #expect(sent.state == .sent && sent.reply == "250 ok")
            #expect(texts[0].contains("Asha") && texts[0].contains("a.txt"))
        }
    }

    @Test("a mailbox that does not exist gets no further mail until somebody says so", arguments: TestEngine.available)
    func suppresses(engine: TestEngine) async throws {
        let transport = ScriptedTransport([.failure(MailTrouble(.noMailbox, reply: "550 5.1.1 no such user"))])
        try await withPost(on: engine, transport) { post in
            _ = try await post.enqueue()
            try await post.worker.runUntilIdle()
            let failed = try await post.newest()
            #expect(failed.mail.state == .failed && failed.job == .failed)
            _ = try await post.enqueue("ASHA@example.org")
            try await post.worker.runUntilIdle()
            let heldBack = try await post.newest()
            #expect(heldBack.mail.state == .suppressed && heldBack.job == .failed && heldBack.mail.text.isEmpty)
            #expect(heldBack.mail.reply?.contains("known not to exist") == true)
            #expect(transport.envelopes.count == 1)
            let reason = try await post.shop.database.read {
                try post.mails.suppression(of: "asha@example.org", in: $0)
            }
            #expect(reason == "550 5.1.1 no such user")
            #expect(try await post.shop.database.write { try post.mails.unsuppress("Asha@example.org", in: $0) })
            _ = try await post.enqueue()
            try await post.worker.runUntilIdle()
            #expect(transport.envelopes.count == 2)
        }
    }

    @Test("a refused mail fails at once and suppresses nobody", arguments: TestEngine.available)
    func fails(engine: TestEngine) async throws {
        let transport = ScriptedTransport([.failure(MailTrouble(.refused, reply: "554 spam"))])
        try await withPost(on: engine, transport) { post in
            _ = try await post.enqueue()
            try await post.worker.runUntilIdle()
            #expect(try await post.newest().job == .failed)
            let reason = try await post.shop.database.read {
                try post.mails.suppression(of: "asha@example.org", in: $0)
            }
            #expect(reason == nil)
        }
    }

    @Test("while the server is left alone mails wait without losing a try", arguments: TestEngine.available)
    func waitsForServer(engine: TestEngine) async throws {
        let open = Result<MailDelivery, any Error>.failure(CircuitOpen(retryAfter: .seconds(30)))
        try await withPost(on: engine, ScriptedTransport(Array(repeating: open, count: 6))) { post in
            _ = try await post.enqueue()
            for _ in 0..<7 {
                try await post.worker.runUntilIdle()
                post.shop.clock.advance(by: .hours(2))
            }
            #expect(try await post.newest().mail.state == .sent)
        }
    }

    @Test("after the last try the mail is marked as failed, and a replay sends it", arguments: TestEngine.available)
    func failsInTheEnd(engine: TestEngine) async throws {
        let later = Result<MailDelivery, any Error>.failure(MailTrouble(.later, reply: "452 full"))
        try await withPost(on: engine, ScriptedTransport(Array(repeating: later, count: 4))) { post in
            _ = try await post.enqueue()
            for _ in 0..<4 {
                try await post.worker.runUntilIdle()
                post.shop.clock.advance(by: .minutes(10))
            }
            let failed = try await post.newest()
            #expect(failed.mail.state == .failed && failed.job == .failed)
            let replays = try await post.shop.database.write {
                try post.shop.queue.replay(JobSearch(state: .failed, queue: MailQueue.queueName), in: $0)
            }
            try await post.worker.runUntilIdle()
            #expect(replays.replayed == 1)
            #expect(try await post.newest().mail.state == .sent)
        }
    }

    @Test(
        "what a mail said is forgotten once a server has it, and kept as long as it may be sent again",
        arguments: TestEngine.available)
    func forgetsText(engine: TestEngine) async throws {
        let refused = Result<MailDelivery, any Error>.failure(MailTrouble(.refused, reply: "554 no"))
        try await withPost(on: engine, ScriptedTransport([.success(.sent(reply: "250 ok")), refused])) { post in
            _ = try await post.enqueue()
            try await post.worker.runUntilIdle()
            let sent = try await post.newest().mail
            #expect(sent.state == .sent && sent.text.isEmpty && sent.html == nil && sent.subject == "Hello")
            func files() async throws -> Int? {
                try await post.shop.database.read {
                    try $0.scalar("test.files", "SELECT count(*) FROM mail_attachments", as: Int.self)
                }
            }
            #expect(try await files() == 0)
            _ = try await post.enqueue()
            try await post.worker.runUntilIdle()
            let failed = try await post.newest().mail
            #expect(failed.state == .failed && failed.text == "Hi" && failed.html == "<p>Hi</p>")
            #expect(try await files() == 1)
        }
    }

    @Test("mails to an address are forgotten together, however it is spelt", arguments: TestEngine.available)
    func forgetsAddress(engine: TestEngine) async throws {
        try await withPost(on: engine, OutboxTransport()) { post in
            _ = try await post.enqueue("asha@example.org")
            try await post.worker.runUntilIdle()
            _ = try await post.enqueue("Asha@example.org")
            _ = try await post.enqueue("ben@example.org")
            let removed = try await post.shop.database.write { transaction in
                try post.mails.suppress("asha@example.org", reason: "550", in: transaction)
                return try post.mails.forget("ASHA@example.org", in: transaction)
            }
            #expect(removed == 2)
            try await post.worker.runUntilIdle()
            #expect(try await post.outbox().map(\.to) == ["ben@example.org"])
            let reason = try await post.shop.database.read {
                try post.mails.suppression(of: "asha@example.org", in: $0)
            }
            #expect(reason == nil)
        }
    }

    @Test("old mails are removed by a schedule, with their files", arguments: TestEngine.available)
    func purges(engine: TestEngine) async throws {
        try await withWorkshop(on: engine) { shop in
            let mails = MailQueue(
                jobs: shop.queue, sender: try MailAddress("office@example.org"), transport: OutboxTransport())
            var book = JobBook()
            mails.register(in: &book, database: shop.database)
            let schedule = try mails.register(purgeAfter: .days(30), in: &book, database: shop.database)
            let worker = shop.worker(schedules: [schedule], adding: book)
            let post = Post(shop: shop, mails: mails, worker: worker)
            _ = try await post.enqueue()
            try await worker.runUntilIdle()
            shop.clock.advance(by: .days(31))
            try await worker.runUntilIdle()
            #expect(try await post.outbox().isEmpty)
            let files = try await shop.database.read {
                try $0.scalar("test.files", "SELECT count(*) FROM mail_attachments", as: Int.self)
            }
            #expect(files == 0)
        }
    }
}
