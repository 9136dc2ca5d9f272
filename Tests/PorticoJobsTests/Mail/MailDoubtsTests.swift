import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@testable import PorticoJobs

/// Refuses some addresses without saying why.
private final class VagueTransport: MailTransport {
    private let refused = Mutex<Set<String>>([])

    func refuse(_ addresses: Set<String>) {
        refused.withLock { $0 = addresses }
    }

    func deliver(_ envelope: MailEnvelope) async throws -> MailDelivery {
        let key = MailAddress.key(envelope.recipient)
        guard refused.withLock({ $0.contains(key) }) else { return .sent(reply: "250 ok") }
        throw MailTrouble(.doubtful, reply: "RCPT: 550 denied")
    }
}

@Suite(.timeLimit(.minutes(5))) struct MailDoubtsTests {
    private struct Post {
        let shop: Workshop
        let mails: MailQueue
        let worker: JobWorker
        let transport: VagueTransport

        /// Sends a mail to each, in this order, and lets a day pass.
        func day(_ addresses: String...) async throws {
            for address in addresses {
                let mail = Mail(to: try MailAddress(address), subject: "Hello", text: "Hi")
                _ = try await shop.database.write { try mails.enqueue(mail, in: $0) }
                try await worker.runUntilIdle()
            }
            shop.clock.advance(by: .days(1))
        }

        func isSuppressed(_ address: String) async throws -> Bool {
            try await shop.database.read { try mails.suppression(of: address, in: $0) } != nil
        }
    }

    private static let gone = "gone@example.org"
    private static let neighbour = "asha@example.org"

    private func withPost(on engine: TestEngine, _ body: (Post) async throws -> Void) async throws {
        try await withWorkshop(on: engine) { shop in
            let transport = VagueTransport()
            transport.refuse([MailDoubtsTests.gone])
            let mails = MailQueue(
                jobs: shop.queue, sender: try MailAddress("office@example.net"), transport: transport)
            var book = JobBook()
            mails.register(in: &book, database: shop.database)
            try await body(Post(shop: shop, mails: mails, worker: shop.worker(adding: book), transport: transport))
        }
    }

    @Test(
        "three refusals over days silence an address whose neighbours get their mails, and nobody else",
        arguments: TestEngine.available)
    func suppresses(engine: TestEngine) async throws {
        try await withPost(on: engine) { post in
            for _ in 0..<2 {
                try await post.day(Self.neighbour, Self.gone)
                #expect(try await !post.isSuppressed(Self.gone))
            }
            try await post.day(Self.neighbour, "Gone@Example.org", Self.gone)
            #expect(try await post.isSuppressed(Self.gone))
            #expect(try await !post.isSuppressed(Self.neighbour))
            let states = try await post.shop.database.read { try post.mails.outbox(to: Self.gone, in: $0) }.map(\.state)
            #expect(states == [.suppressed, .failed, .failed, .failed])
        }
    }

    @Test("many refusals within a day silence nobody", arguments: TestEngine.available)
    func needsDays(engine: TestEngine) async throws {
        try await withPost(on: engine) { post in
            try await post.day(Self.neighbour, Self.gone, Self.gone, Self.gone, Self.gone, Self.neighbour)
            #expect(try await !post.isSuppressed(Self.gone))
        }
    }

    @Test("a relay that refuses everybody for days silences nobody", arguments: TestEngine.available)
    func refusesAll(engine: TestEngine) async throws {
        try await withPost(on: engine) { post in
            post.transport.refuse([Self.gone, Self.neighbour])
            for _ in 0..<6 { try await post.day(Self.gone, Self.neighbour, "local@example.net") }
            for address in [Self.gone, Self.neighbour] { #expect(try await !post.isSuppressed(address)) }
        }
    }

    @Test("a mail that arrives in between begins the count anew", arguments: TestEngine.available)
    func arrives(engine: TestEngine) async throws {
        try await withPost(on: engine) { post in
            for _ in 0..<2 { try await post.day(Self.neighbour, Self.gone) }
            post.transport.refuse([])
            try await post.day(Self.gone)
            post.transport.refuse([Self.gone])
            for _ in 0..<2 { try await post.day(Self.neighbour, Self.gone) }
            #expect(try await !post.isSuppressed(Self.gone))
            try await post.day(Self.neighbour, Self.gone)
            #expect(try await post.isSuppressed(Self.gone))
        }
    }

    @Test(
        "whoever is written to again by hand is not silenced by what was said before", arguments: TestEngine.available)
    func forgives(engine: TestEngine) async throws {
        try await withPost(on: engine) { post in
            for _ in 0..<3 { try await post.day(Self.neighbour, Self.gone) }
            #expect(try await post.shop.database.write { try post.mails.unsuppress("GONE@example.org", in: $0) })
            try await post.day(Self.neighbour, Self.gone)
            #expect(try await !post.isSuppressed(Self.gone))
        }
    }
}
