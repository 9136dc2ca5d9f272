import PorticoLimits
import PorticoValues
import Testing

@testable import PorticoJobs

@Suite(.timeLimit(.minutes(2))) struct SMTPTransportTests {
    private let envelope = MailEnvelope(
        sender: "office@example.org", recipient: "asha@example.org",
        message: Array("Subject: Hello\r\n\r\n.A dot, and a line\r\n".utf8))

    private func transport(_ server: SMTPServer, timeout: Span = .seconds(30)) -> SMTPTransport {
        SMTPTransport(
            SMTPSettings(
                host: "127.0.0.1", port: server.port, security: .none, helloName: "portico.test", timeout: timeout),
            clock: Clock(standingAt: Instant(seconds: 0)))
    }

    @Test("delivers, byte for byte, and keeps the connection for the next")
    func delivers() async throws {
        let server = try SMTPServer()
        defer { server.stop() }
        let transport = transport(server)
        for _ in 0..<2 { #expect(try await transport.deliver(envelope) == .sent(reply: "250 taken as 17")) }
        let seen = server.seen
        #expect(seen.connections == 1)
        #expect(seen.messages == Array(repeating: "Subject: Hello\n\n..A dot, and a line", count: 2))
        #expect(seen.commands.contains("MAIL FROM:<office@example.org>"))
        #expect(seen.commands.contains("RCPT TO:<asha@example.org>"))
        #expect(seen.commands.first == "EHLO portico.test")
    }

    @Test(
        "tells what a refusal means",
        arguments: [
            (SMTPServer.Manner.answering("550 5.1.1 no such user", to: "RCPT"), MailTrouble.Kind.noMailbox),
            (.answering("550 relaying denied", to: "RCPT"), .doubtful),
            (.answering("550 5.7.1 relaying denied", to: "RCPT"), .refused),
            (.answering("452 4.2.2 mailbox full", to: "RCPT"), .later),
            (.answering("552 too large", to: "MAIL"), .refused),
            (.answering("451 try later", to: "MAIL"), .later),
            (.answering("554 5.7.1 looks like spam", to: "BODY"), .refused),
            (.answering("421 closing", to: "RCPT"), .unavailable),
            (.greeting("421 too many"), .unavailable),
            (.greeting("554 go away"), .unavailable),
        ])
    func classifies(manner: SMTPServer.Manner, kind: MailTrouble.Kind) async throws {
        let server = try SMTPServer(manner)
        defer { server.stop() }
        let trouble = await #expect(throws: MailTrouble.self) { try await transport(server).deliver(envelope) }
        #expect(trouble?.kind == kind, "\(trouble?.reply ?? "")")
    }

    @Test("a machine without a name introduces itself by its number, in brackets")
    func introduces() async throws {
        let server = try SMTPServer()
        defer { server.stop() }
        let settings = SMTPSettings(
            host: "127.0.0.1", port: server.port, security: .none, helloName: "[192.0.2.1]")
        let transport = SMTPTransport(settings, clock: Clock(standingAt: Instant(seconds: 0)))
        _ = try await transport.deliver(envelope)
        #expect(server.seen.commands.first == "EHLO [192.0.2.1]")
    }

    @Test("gives up on a server that says nothing, and after a few such leaves it alone")
    func timesOut() async throws {
        let server = try SMTPServer(.silent)
        defer { server.stop() }
        let transport = transport(server, timeout: .milliseconds(50))
        for _ in 0..<5 {
            let trouble = await #expect(throws: MailTrouble.self) { try await transport.deliver(envelope) }
            #expect(trouble?.kind == .unavailable)
        }
        #expect(transport.isOpen)
        await #expect(throws: CircuitOpen(retryAfter: .seconds(30))) { try await transport.deliver(envelope) }
    }

    @Test("a cancelled delivery ends without waiting for the server")
    func endsWhenCancelled() async throws {
        let server = try SMTPServer(.silent)
        defer { server.stop() }
        let transport = transport(server)
        let delivery = Task { [envelope] in try await transport.deliver(envelope) }
        delivery.cancel()
        await #expect(throws: CancellationError.self) { try await delivery.value }
    }

    @Test("sends nothing in clear where encryption is asked for")
    func insistsOnTLS() async throws {
        let server = try SMTPServer()
        defer { server.stop() }
        let settings = SMTPSettings(host: "127.0.0.1", port: server.port, security: .startTLS)
        let transport = SMTPTransport(settings, clock: Clock(standingAt: Instant(seconds: 0)))
        let trouble = await #expect(throws: MailTrouble.self) { try await transport.deliver(envelope) }
        #expect(trouble?.kind == .unavailable && server.seen.messages.isEmpty)
        #expect(!server.seen.commands.contains { $0.hasPrefix("MAIL") })
    }

    @Test(
        "addresses of servers",
        arguments: [
            (SMTPSettings(host: "mail.example.org"), "smtp://mail.example.org:587/localhost"),
            (SMTPSettings(host: "::1", port: 465, security: .implicit, helloName: "a.b"), "smtps://[::1]:465/a.b"),
            (SMTPSettings(host: "m", helloName: "[IPv6:::1]"), "smtp://m:587/%5BIPv6%3A%3A%3A1%5D"),
        ])
    func makesAddresses(settings: SMTPSettings, url: String) {
        #expect(settings.url == url)
    }
}
