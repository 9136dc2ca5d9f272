import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoJobs

/// A server that says of every recipient what the test wants, after the test has done something.
private final class TalkingTransport: MailTransport {
    private let answers = Mutex<[String: MailTrouble.Kind]>([:])
    private let errand = Mutex<(@Sendable () async throws -> Void)?>(nil)

    func refuse(_ address: String, _ kind: MailTrouble.Kind) {
        answers.withLock { $0[address] = kind }
    }

    func meanwhile(_ work: @escaping @Sendable () async throws -> Void) {
        errand.withLock { $0 = work }
    }

    func deliver(_ envelope: MailEnvelope) async throws -> MailDelivery {
        let work = errand.withLock { $0 }
        if let work { try await work() }
        guard let kind = answers.withLock({ $0[envelope.recipient] }) else { return .sent(reply: "250 ok") }
        throw MailTrouble(kind, reply: "<\(envelope.recipient)> is not wanted here")
    }
}

@Suite(.timeLimit(.minutes(5))) struct MailForgettingTests {
    private struct Post {
        let shop: Workshop
        let mails: MailQueue
        let transport: TalkingTransport
        let worker: JobWorker

        func enqueue(_ to: String, subject: String = "Hello") async throws {
            let mail = Mail(to: try MailAddress(to, name: "Asha"), subject: subject, text: "Your code is 123456")
            _ = try await shop.database.write { try mails.enqueue(mail, in: $0) }
        }

        func number(_ sql: SQL) async throws -> Int {
            try await shop.database.read { try $0.scalar("test.number", sql, as: Int.self) } ?? 0
        }

        /// Deliveries in whose errors an address stands.
        func telling(_ address: String) async throws -> Int {
            try await number("SELECT count(*) FROM jobs WHERE errors LIKE \("%\(address)%")")
        }
    }

    private func withPost(on engine: TestEngine, _ body: (Post) async throws -> Void) async throws {
        try await withWorkshop(on: engine) { shop in
            let transport = TalkingTransport()
            let mails = MailQueue(
                jobs: shop.queue, sender: try MailAddress("office@example.org"), transport: transport)
            var book = JobBook()
            mails.register(in: &book, database: shop.database)
            try await body(
                Post(shop: shop, mails: mails, transport: transport, worker: shop.worker(adding: book)))
        }
    }

    @Test(
        "what servers said of an address goes from the errors of deliveries, and nothing of others",
        arguments: TestEngine.available)
    func errors(engine: TestEngine) async throws {
        try await withPost(on: engine) { post in
            post.transport.refuse("asha@example.org", .refused)
            post.transport.refuse("ben@example.org", .refused)
            for address in ["asha@example.org", "ben@example.org"] { try await post.enqueue(address) }
            try await post.worker.runUntilIdle()
            post.transport.refuse("asha@example.org", .later)
            try await post.enqueue("asha@example.org")
            try await post.worker.runUntilIdle()
            #expect(try await post.telling("asha@example.org") == 2)
            #expect(try await post.number("SELECT count(*) FROM jobs WHERE state = 'scheduled'") == 1)
            let forgotten = try await post.shop.database.write { try post.mails.forget("Asha@example.org", in: $0) }
            #expect(forgotten == 2)
            #expect(try await post.telling("asha@example.org") == 0)
            #expect(try await post.telling("ben@example.org") == 1)
            #expect(try await post.number("SELECT count(*) FROM jobs WHERE state = 'failed'") == 1)
            post.shop.clock.advance(by: .minutes(2))
            try await post.worker.runUntilIdle()
            #expect(try await post.number("SELECT count(*) FROM jobs WHERE state = 'succeeded'") == 1)
        }
    }

    @Test(
        "a delivery that is under way while its recipient is forgotten leaves nothing of them",
        arguments: TestEngine.available)
    func underWay(engine: TestEngine) async throws {
        try await withPost(on: engine) { post in
            post.transport.refuse("asha@example.org", .noMailbox)
            post.transport.meanwhile { [mails = post.mails, database = post.shop.database] in
                try await database.write { _ = try mails.forget("asha@example.org", in: $0) }
            }
            try await post.enqueue("asha@example.org")
            try await post.worker.runUntilIdle()
            #expect(try await post.telling("asha@example.org") == 0)
            let reason = try await post.shop.database.read {
                try post.mails.suppression(of: "asha@example.org", in: $0)
            }
            #expect(reason == nil)
            #expect(try await post.number("SELECT count(*) FROM jobs WHERE state = 'succeeded'") == 1)
        }
    }

    @Test("the deliveries of a mail are found by an index")
    func index() async throws {
        try await withPost(on: .sqlite) { post in
            let payload = String(decoding: DeliverMail(mailID: 1).payload.bytes, as: UTF8.self)
            let plan = try await post.shop.database.read {
                try $0.all(
                    "test.plan",
                    """
                    EXPLAIN QUERY PLAN SELECT id FROM jobs
                    WHERE name = 'mail.deliver' AND payload = \(payload) AND finished_at IS NOT NULL
                    """
                ) { try $0[3] as String }
            }
            #expect(plan.contains { $0.contains("jobs_of_mails") }, "\(plan)")
            #expect(DeliverMail.name == "mail.deliver")
        }
    }

    @Test("notes tell of mails, the newest first, and nothing of what they say", arguments: TestEngine.available)
    func notes(engine: TestEngine) async throws {
        try await withPost(on: engine) { post in
            post.transport.refuse("ben@example.org", .refused)
            try await post.enqueue("asha@example.org", subject: "First")
            try await post.enqueue("ben@example.org")
            try await post.worker.runUntilIdle()
            post.shop.clock.advance(by: .minutes(1))
            try await post.enqueue("ASHA@example.org", subject: "Second")
            let notes = try await post.shop.database.read { try post.mails.notes(to: "Asha@example.org", in: $0) }
            #expect(
                notes == [
                    MailNote(
                        subject: "Second", state: .queued, queuedAt: Workshop.start + .minutes(1), sentAt: nil,
                        reply: nil),
                    MailNote(
                        subject: "First", state: .sent, queuedAt: Workshop.start, sentAt: Workshop.start,
                        reply: "250 ok"),
                ])
            let newest = try await post.shop.database.read {
                try post.mails.notes(to: "asha@example.org", limit: 1, in: $0)
            }
            #expect(newest.map(\.subject) == ["Second"])
        }
    }
}
