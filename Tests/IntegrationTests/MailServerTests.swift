import Logging
import Portico
import PorticoTesting
import Testing

/// Mails on their whole way: from the queue through the worker to servers that others wrote, read by a parser that others
/// wrote. `scripts/mail-check` adds aiosmtpd to them.
@Suite(
    "Mail to servers of others",
    .enabled(if: TLSServer.isPossible && !MailServer.Kind.available.isEmpty, "no python3 or no openssl"),
    .timeLimit(.minutes(5)))
struct MailServerTests {
    private struct Post {
        let database: Database
        let clock: Clock
        let mails: MailQueue
        let worker: JobWorker

        func enqueue(_ to: String = "asha@example.org") async throws {
            let mail = Mail(to: try MailAddress(to, name: "Ása"), MailServerTests.letter)
            _ = try await database.write { try mails.enqueue(mail, in: $0) }
        }

        /// Does what is due now, and tells how the newest mail stands then.
        func deliver() async throws -> OutboxItem {
            try await worker.runUntilIdle()
            return try #require(try await database.read { try mails.outbox(limit: 1, in: $0) }.first)
        }
    }

    private static let name = "Ása <b>"
    private static let letter = MailLetter(
        "Grüße from the office", from: MailLetter.Office(name: "Bags", address: "https://bags.example/bags"),
        [
            .paragraph("Hello \(name),"), .paragraph(".a line that begins with a dot\n.and another"),
            .code("123456"), .button("Open it", address: "https://bags.example/bags/a?b=c&d=e"),
        ], closing: "That is all.")

    private func withPost(
        on engine: TestEngine = .sqlite, _ settings: SMTPSettings, _ body: (Post) async throws -> Void
    ) async throws {
        let components = [JobSchema.component, MailSchema.component]
        try await withTestDatabase(on: engine, components: components) { test in
            let clock = Clock(standingAt: Instant(seconds: 1_790_000_000))
            let jobs = JobQueue(clock: clock)
            let mails = MailQueue(
                jobs: jobs, sender: try MailAddress("office@example.org"),
                transport: SMTPTransport(settings, clock: clock))
            var book = JobBook()
            mails.register(in: &book, database: test.database)
            let worker = JobWorker(
                database: test.database, queue: jobs, book: book,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
                configuration: JobWorker.Configuration(application: "test"))
            try await body(Post(database: test.database, clock: clock, mails: mails, worker: worker))
        }
    }

    @Test(
        "arrives whole, encrypted and signed in", arguments: MailServer.Kind.available,
        [SMTPSettings.Security.startTLS, .implicit])
    func arrives(kind: MailServer.Kind, security: SMTPSettings.Security) async throws {
        let server = try await MailServer(kind, security)
        let process = try await server.start()
        defer { process.send(15) }
        try await withPost(server.settings()) { post in
            try await post.enqueue()
            try await post.enqueue("ben@example.org")
            #expect(try await post.deliver().state == .sent)
            let mails = try server.received()
            #expect(Set(mails.flatMap(\.to)) == ["asha@example.org", "ben@example.org"] && mails.count == 2)
            #expect(Set(mails.map(\.messageID)).count == 2)
            for mail in mails {
                #expect(mail.from == "office@example.org" && mail.hello == "app.example.org")
                #expect(mail.secure && mail.user == "office" && mail.defects.isEmpty)
                #expect(mail.subject == MailServerTests.letter.subject)
                #expect(lines(mail.text ?? "") == lines(MailServerTests.letter.text))
                #expect(lines(mail.html ?? "") == lines(MailServerTests.letter.html.text))
            }
        }
    }

    /// Lines without their ends: a part of a mail ends with its last line, whether or not the text had an end there.
    private func lines(_ text: String) -> [String] {
        var lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map(String.init)
    }

    @Test(
        "a mail whose connection is cut in the middle arrives once",
        arguments: MailServer.Kind.available, TestEngine.available)
    func cut(kind: MailServer.Kind, engine: TestEngine) async throws {
        let server = try await MailServer(kind, .startTLS)
        let process = try await server.start(["--cut", "2"])
        defer { process.send(15) }
        try await withPost(on: engine, server.settings()) { post in
            try await post.enqueue()
            for _ in 0..<2 {
                #expect(try await post.deliver().state == .queued)
                #expect(try server.received().isEmpty)
                post.clock.advance(by: .minutes(2))
            }
            #expect(try await post.deliver().state == .sent)
            post.clock.advance(by: .hours(2))
            _ = try await post.deliver()
            #expect(try server.received().map(\.to) == [["asha@example.org"]])
        }
    }

    @Test(
        "an outage of hours delays a mail and loses none; it arrives once",
        arguments: MailServer.Kind.available, TestEngine.available)
    func outage(kind: MailServer.Kind, engine: TestEngine) async throws {
        let server = try await MailServer(kind, .startTLS)
        try await withPost(on: engine, server.settings()) { post in
            for name in ["asha", "ben", "chitra"] { try await post.enqueue("\(name)@example.org") }
            for _ in 0..<20 {
                #expect(try await post.deliver().state == .queued)
                post.clock.advance(by: .minutes(15))
            }
            let process = try await server.start(["--cut", "1"])
            defer { process.send(15) }
            for _ in 0..<20 {
                _ = try await post.deliver()
                post.clock.advance(by: .minutes(15))
            }
            let waiting = try await post.database.read { try post.mails.outbox(in: $0) }.filter { $0.state != .sent }
            #expect(waiting.isEmpty)
            let arrived = try server.received().flatMap(\.to).sorted()
            #expect(arrived == ["asha@example.org", "ben@example.org", "chitra@example.org"])
        }
    }

    @Test("a mailbox that the server does not know gets no second mail", arguments: MailServer.Kind.available)
    func refused(kind: MailServer.Kind) async throws {
        let server = try await MailServer(kind, .startTLS)
        let process = try await server.start(["--refuse", "gone@example.org"])
        defer { process.send(15) }
        try await withPost(server.settings()) { post in
            try await post.enqueue("gone@example.org")
            #expect(try await post.deliver().state == .failed)
            let reason = try await post.database.read { try post.mails.suppression(of: "gone@example.org", in: $0) }
            #expect(reason?.hasPrefix("RCPT: 550 5.1.1") == true)
            try await post.enqueue("gone@example.org")
            #expect(try await post.deliver().state == .suppressed)
            try await post.enqueue()
            #expect(try await post.deliver().state == .sent)
            #expect(try server.received().flatMap(\.to) == ["asha@example.org"])
        }
    }

    @Test("nothing is given to a server that nobody vouches for, or that does not know us", arguments: [true, false])
    func distrusted(isTrusted: Bool) async throws {
        let kind = try #require(MailServer.Kind.available.first)
        let server = try await MailServer(kind, .startTLS)
        let process = try await server.start()
        defer { process.send(15) }
        let settings = isTrusted ? server.settings(password: "wrong") : server.settings(isTrusted: false)
        try await withPost(settings) { post in
            try await post.enqueue()
            let mail = try await post.deliver()
            #expect(mail.state == .queued)
            #expect(mail.reply?.contains(isTrusted ? "AUTH: 535" : "certificate") == true)
            #expect(try server.received().isEmpty)
        }
    }
}
