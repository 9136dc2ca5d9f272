import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoJobs

/// What operators see of mails, and do with them.
@Suite(.timeLimit(.minutes(5))) struct MailRecordTests {
    /// Refuses the recipients that a test names, until it says otherwise.
    private final class Gatekeeper: MailTransport {
        private let refused: Mutex<[String: MailTrouble]>
        private let seen = Mutex<[String]>([])

        init(_ refused: [String: MailTrouble]) {
            self.refused = Mutex(refused)
        }

        var delivered: [String] { seen.withLock(\.self) }

        func relent() {
            refused.withLock { $0 = [:] }
        }

        func deliver(_ envelope: MailEnvelope) async throws -> MailDelivery {
            if let trouble = refused.withLock({ $0[envelope.recipient] }) { throw trouble }
            seen.withLock { $0.append(envelope.recipient) }
            return .sent(reply: "250 ok")
        }
    }

    private struct Post {
        let shop: Workshop
        let mails: MailQueue
        let worker: JobWorker

        @discardableResult
        func write(_ to: String, _ subject: String = "Hello", kind: String = "test.note") async throws -> Int64 {
            let mail = Mail(to: try MailAddress(to), subject: subject, text: "Hi").marked(kind, isConfidential: false)
            return try await shop.database.write { try mails.enqueue(mail, in: $0) }
        }

        func found(_ search: MailSearch, before: Int64? = nil, limit: Int = 50) async throws -> [Int64] {
            try await shop.database.read {
                try mails.records(search, before: before, limit: limit, in: $0).map(\.id)
            }
        }

        func sendAgain(_ id: Int64) async throws -> Bool {
            try await shop.database.write { try mails.sendAgain(id, in: $0) }
        }

        func discard(_ id: Int64) async throws -> Bool {
            try await shop.database.write { try mails.discard(id, in: $0) }
        }

        func record(_ id: Int64) async throws -> MailRecord? {
            try await shop.database.read { try mails.record(id, in: $0) }
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
            try await body(Post(shop: shop, mails: mails, worker: shop.worker(adding: book)))
        }
    }

    @Test("mails are found by how they stand, with their tries and the server's words", arguments: TestEngine.available)
    func standings(engine: TestEngine) async throws {
        let gate = Gatekeeper([
            "refused@example.org": MailTrouble(.refused, reply: "BODY: 554 spam"),
            "gone@example.org": MailTrouble(.noMailbox, reply: "RCPT: 550 5.1.1 no such user"),
            "later@example.org": MailTrouble(.later, reply: "RCPT: 452 full"),
        ])
        try await withPost(on: engine, gate) { post in
            let sent = try await post.write("asha@example.org")
            let refused = try await post.write("refused@example.org")
            let gone = try await post.write("gone@example.org")
            let later = try await post.write("later@example.org")
            try await post.worker.runUntilIdle()
            let suppressed = try await post.write("Gone@example.org")
            try await post.worker.runUntilIdle()
            let waiting = try await post.write("ben@example.org")

            #expect(try await post.found(MailSearch(standing: .sent)) == [sent])
            #expect(try await post.found(MailSearch(standing: .failed)) == [gone, refused])
            #expect(try await post.found(MailSearch(standing: .suppressed)) == [suppressed])
            #expect(try await post.found(MailSearch(standing: .waiting)) == [waiting, later])
            #expect(try await post.found(MailSearch(standing: .sending)).isEmpty)
            let again = try #require(try await post.record(later))
            #expect(again.delivery?.attempt == 1 && again.reply == "RCPT: 452 full" && again.standing == .waiting)
            let done = try #require(try await post.record(sent))
            #expect(done.isForgotten && done.reply == "250 ok" && done.sentAt == Workshop.start)
            let counts = try await post.shop.database.read { try post.mails.counts(in: $0) }
            #expect(
                counts == [.waiting: 2, .sending: 0, .sent: 1, .kept: 0, .failed: 2, .suppressed: 1])
        }
    }

    @Test("a mail whose job runs is on its way, and can't be removed", arguments: TestEngine.available)
    func sending(engine: TestEngine) async throws {
        try await withPost(on: engine, Gatekeeper([:])) { post in
            let id = try await post.write("asha@example.org")
            try await post.shop.database.write {
                try $0.execute("test.run", "UPDATE jobs SET state = 'running' WHERE name = 'mail.deliver'")
            }
            #expect(try await post.record(id)?.standing == .sending)
            #expect(try await post.found(MailSearch(standing: .sending)) == [id])
            #expect(try await post.found(MailSearch(standing: .waiting)).isEmpty)
            #expect(try await post.discard(id) == false)
            #expect(try await post.sendAgain(id) == false)
        }
    }

    @Test("mails are found by recipient, kind and subject, page by page", arguments: TestEngine.available)
    func searches(engine: TestEngine) async throws {
        try await withPost(on: engine, OutboxTransport()) { post in
            let first = try await post.write("asha@example.org", "Import finished: ÄRZTE.csv", kind: "bags.import")
            let second = try await post.write("ASHA@example.org", "Your access", kind: "account.invitation")
            let third = try await post.write("asharam@example.org", "100% done_now", kind: "bags.summary")

            #expect(try await post.found(MailSearch(recipient: "asha@example.org")) == [second, first])
            #expect(try await post.found(MailSearch(recipient: "Asha")) == [third, second, first])
            #expect(try await post.found(MailSearch(recipient: "sha")).isEmpty)
            #expect(try await post.found(MailSearch(kind: "bags.")) == [third, first])
            #expect(try await post.found(MailSearch(kind: "account.invitation")) == [second])
            #expect(try await post.found(MailSearch(text: "IMPORT")) == [first])
            #expect(try await post.found(MailSearch(text: "ÄRZTE")) == [first])
            #expect(try await post.found(MailSearch(text: "%")) == [third], "no sign stands for others")
            #expect(try await post.found(MailSearch(recipient: "' OR 1=1 --")).isEmpty)
            #expect(try await post.found(MailSearch(), limit: 2) == [third, second])
            #expect(try await post.found(MailSearch(), before: second, limit: 2) == [first])
        }
    }

    @Test("what failed is sent again, once, and what was forgotten is not", arguments: TestEngine.available)
    func sendsAgain(engine: TestEngine) async throws {
        let gate = Gatekeeper(["asha@example.org": MailTrouble(.refused, reply: "554 spam")])
        try await withPost(on: engine, gate) { post in
            let id = try await post.write("asha@example.org")
            #expect(try await post.sendAgain(id) == false)
            try await post.worker.runUntilIdle()
            gate.relent()
            #expect(try await post.sendAgain(id))
            #expect(try await post.sendAgain(id) == false)
            #expect(try await post.record(id)?.standing == .waiting)
            try await post.worker.runUntilIdle()
            #expect(gate.delivered == ["asha@example.org"])
            #expect(try await post.record(id)?.standing == .sent)
            #expect(try await post.sendAgain(id) == false)
            #expect(try await post.sendAgain(999_999) == false)
        }
    }

    @Test(
        "a mail whose job was cancelled is stranded, and goes out when it is sent again",
        arguments: TestEngine.available)
    func stranded(engine: TestEngine) async throws {
        let gate = Gatekeeper([:])
        try await withPost(on: engine, gate) { post in
            let id = try await post.write("asha@example.org")
            let job = try #require(try await post.record(id)?.delivery?.id)
            _ = try await post.shop.database.write { try post.shop.queue.cancel(job, in: $0) }
            #expect(try await post.record(id)?.isStranded == true)
            _ = try await post.shop.database.write { try post.shop.queue.discard(job, in: $0) }
            #expect(try await post.record(id)?.isStranded == true)
            #expect(try await post.sendAgain(id))
            try await post.worker.runUntilIdle()
            #expect(gate.delivered == ["asha@example.org"])
        }
    }

    @Test("what is removed is gone with its files and its job, and is not delivered", arguments: TestEngine.available)
    func discards(engine: TestEngine) async throws {
        let gate = Gatekeeper([:])
        try await withPost(on: engine, gate) { post in
            let waiting = try await post.write("asha@example.org")
            let other = try await post.write("ben@example.org")
            #expect(try await post.discard(waiting))
            try await post.worker.runUntilIdle()
            #expect(gate.delivered == ["ben@example.org"])
            #expect(try await post.record(waiting) == nil)
            #expect(try await post.discard(other))
            let left = try await post.shop.database.read {
                try $0.scalar("test.left", "SELECT count(*) FROM jobs WHERE name = 'mail.deliver'", as: Int.self)
            }
            #expect(left == 0)
            #expect(try await post.discard(other) == false)
        }
    }

    @Test("suppressed addresses are listed with their cause, page by page", arguments: TestEngine.available)
    func suppressions(engine: TestEngine) async throws {
        try await withPost(on: engine, OutboxTransport()) { post in
            try await post.shop.database.write { transaction in
                for name in ["ben", "Asha", "asharam"] {
                    try post.mails.suppress("\(name)@example.org", reason: "550 \(name)", in: transaction)
                }
            }
            func list(_ start: String = "", after: String? = nil, limit: Int = 50) async throws -> [MailSuppression] {
                try await post.shop.database.read {
                    try post.mails.suppressions(startingWith: start, after: after, limit: limit, in: $0)
                }
            }
            let all = try await list()
            #expect(all.map(\.address) == ["asha@example.org", "asharam@example.org", "ben@example.org"])
            #expect(all[0].reason == "550 Asha" && all[0].since == Workshop.start)
            #expect(try await list("ASHA").count == 2)
            #expect(try await list(limit: 1).map(\.address) == ["asha@example.org"])
            #expect(try await list(after: "asharam@example.org").map(\.address) == ["ben@example.org"])
        }
    }
}
