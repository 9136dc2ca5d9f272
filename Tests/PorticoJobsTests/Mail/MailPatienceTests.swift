import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoJobs

/// A server that is away until the test says otherwise, and remembers when it was looked for.
private final class AbsentTransport: MailTransport {
    private struct State {
        var isBack = false
        var askedAt: [Instant] = []
        var taken = 0
    }

    private let clock: Clock
    private let state = Mutex(State())

    init(_ clock: Clock) {
        self.clock = clock
    }

    var askedAt: [Instant] { state.withLock(\.askedAt) }
    var taken: Int { state.withLock(\.taken) }

    func comeBack() {
        state.withLock { $0.isBack = true }
    }

    func deliver(_ envelope: MailEnvelope) async throws -> MailDelivery {
        let now = clock.now()
        let isBack = state.withLock { state -> Bool in
            state.askedAt.append(now)
            if state.isBack { state.taken += 1 }
            return state.isBack
        }
        guard isBack else { throw MailTrouble(.unavailable, reply: "Couldn't connect to server") }
        return .sent(reply: "250 ok")
    }
}

@Suite(.timeLimit(.minutes(5))) struct MailPatienceTests {
    private struct Post {
        let shop: Workshop
        let mails: MailQueue
        let worker: JobWorker
        let transport: AbsentTransport

        func enqueue() async throws {
            let mail = Mail(to: try MailAddress("asha@example.org"), subject: "Hello", text: "Hi")
            _ = try await shop.database.write { try mails.enqueue(mail, in: $0) }
        }

        /// Does what is due, and tells how the mail stands.
        func state() async throws -> MailState? {
            try await worker.runUntilIdle()
            return try await shop.database.read { try mails.outbox(in: $0) }.first?.state
        }
    }

    private func withPost(on engine: TestEngine, _ body: (Post) async throws -> Void) async throws {
        try await withWorkshop(on: engine) { shop in
            let transport = AbsentTransport(shop.clock)
            let mails = MailQueue(
                jobs: shop.queue, sender: try MailAddress("office@example.org"), transport: transport)
            var book = JobBook()
            mails.register(in: &book, database: shop.database)
            try await body(Post(shop: shop, mails: mails, worker: shop.worker(adding: book), transport: transport))
        }
    }

    @Test(
        "an outage of hours costs a mail no try, is looked for less and less often, and ends with one mail",
        arguments: TestEngine.available)
    func outage(engine: TestEngine) async throws {
        try await withPost(on: engine) { post in
            try await post.enqueue()
            for _ in 0..<240 {
                #expect(try await post.state() == .queued)
                post.shop.clock.advance(by: .minutes(5))
            }
            let asked = post.transport.askedAt
            let pauses = zip(asked, asked.dropFirst()).map { $1 - $0 }
            #expect((20...60).contains(asked.count), "\(asked.count)")
            #expect(try #require(pauses.first) <= .minutes(5))
            #expect(pauses.suffix(5).allSatisfy { $0 >= .hours(1) && $0 <= .minutes(80) })
            post.transport.comeBack()
            post.shop.clock.advance(by: .minutes(72))
            #expect(try await post.state() == .sent)
            post.shop.clock.advance(by: .days(2))
            #expect(try await post.state() == .sent)
            #expect(post.transport.taken == 1)
        }
    }

    @Test("after a day the tries of the policy are left, and then it is given up", arguments: TestEngine.available)
    func givesUp(engine: TestEngine) async throws {
        try await withPost(on: engine) { post in
            try await post.enqueue()
            #expect(try await post.state() == .queued)
            post.shop.clock.advance(by: .days(1))
            for _ in 0..<3 {
                #expect(try await post.state() == .queued)
                post.shop.clock.advance(by: .minutes(10))
            }
            #expect(try await post.state() == .failed)
            #expect(post.transport.askedAt.count == 5)
        }
    }

    @Test("pauses grow from a minute to an hour, and are no shorter than the server asks for")
    func pauses() throws {
        func bounds(_ age: Span, least: Span? = nil) throws -> (Span, Span) {
            let pauses = (0..<200).compactMap { _ in MailPatience.pause(atAge: age, least: least) }
            return (try #require(pauses.min()), try #require(pauses.max()))
        }
        let (young, notSoYoung) = try bounds(.seconds(0))
        #expect(young >= .minutes(1) && notSoYoung <= .seconds(72))
        let (old, older) = try bounds(.hours(2))
        #expect(old >= .minutes(30) && older <= .minutes(36))
        let (oldest, evenOlder) = try bounds(.hours(23))
        #expect(oldest >= .hours(1) && evenOlder <= .minutes(72))
        #expect(try bounds(.seconds(0), least: .minutes(9)).0 == .minutes(9))
        #expect(MailPatience.pause(atAge: .days(1)) == nil)
    }
}
