import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoJobs

@Suite(.disabled(if: !TLSServer.isPossible, "no openssl"), .timeLimit(.minutes(2))) struct SMTPCertificateTests {
    private static let envelope = MailEnvelope(
        sender: "office@example.org", recipient: "asha@example.org", message: Array("Subject: Hello\r\n\r\nHi\r\n".utf8)
    )

    /// Why a delivery did not come about, once the server listens.
    private func trouble(_ settings: SMTPSettings) async throws -> String {
        while true {
            let transport = SMTPTransport(settings, clock: Clock(standingAt: Instant(seconds: 0)))
            let trouble = await #expect(throws: MailTrouble.self) {
                try await transport.deliver(SMTPCertificateTests.envelope)
            }
            let reply = try #require(trouble?.reply)
            if !reply.hasSuffix("connect to server") { return reply }
            await Task.yield()
        }
    }

    @Test("gives mail only to a server whose certificate is vouched for, under the name that was called")
    func verifies() async throws {
        let server = try TLSServer("localhost")
        let stranger = SMTPSettings(host: "localhost", port: server.port, security: .implicit)
        #expect(try await trouble(stranger).contains("certificate"))
        let named = SMTPSettings(
            host: "127.0.0.1", port: server.port, security: .implicit, authorities: server.certificate)
        #expect(try await trouble(named).contains("certificate"))
        // It is believed, and then waited for in vain: it speaks no SMTP.
        let trusted = SMTPSettings(
            host: "localhost", port: server.port, security: .implicit, timeout: .milliseconds(500),
            authorities: server.certificate)
        #expect(try await !trouble(trusted).contains("certificate"))
    }

    @Test(
        "gives mail to nobody who speaks no newer TLS than 1.1, or only worn ciphers",
        arguments: TLSServer.Dialect.outdated)
    func refusesOutdated(_ dialect: TLSServer.Dialect) async throws {
        let server = try TLSServer("localhost", speaking: dialect)
        let settings = SMTPSettings(
            host: "localhost", port: server.port, security: .implicit, authorities: server.certificate)
        #expect(try await trouble(settings).contains("SSL connect error"))
        #expect(try server.suitsAnybody(), "nobody could have called it")
    }
}
