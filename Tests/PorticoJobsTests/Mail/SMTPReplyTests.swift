import Testing

@testable import PorticoJobs

@Suite struct SMTPReplyTests {
    @Test(
        "what is wrong with the conversation speaks against the server, not the message",
        arguments: [
            ("535 5.7.8 bad credentials", "AUTH"), ("550 5.7.1 go away", ""), ("502 no", "STARTTLS"),
            ("504 no", "EHLO"),
            ("421 4.3.2 shutting down", "DATA"), ("530 5.7.0 STARTTLS first", "AUTH"),
        ])
    func blamesServer(line: String, command: String) throws {
        #expect(try #require(SMTPReply(line, to: command)).trouble.kind == .unavailable)
    }

    @Test(
        "an enhanced code says whether a mailbox is missing",
        arguments: [
            ("550 5.1.1 unknown", true), ("550 5.2.1 disabled", true), ("551 not here", true), ("553 no such", true),
            ("550 5.7.1 policy", false), ("552 5.2.2 full", false), ("554 rejected", false), ("550 5.1 unknown", true),
        ])
    func knowsMissingMailboxes(line: String, isMissing: Bool) throws {
        let reply = try #require(SMTPReply(line + "\r\n", to: "RCPT"))
        #expect(reply.trouble.kind == (isMissing ? .noMailbox : .refused))
        #expect(reply.trouble.reply == "RCPT: " + line)
    }

    @Test("what is no reply is none", arguments: ["", "hello", "99 x", "600 x", "\r\n"])
    func refuses(line: String) {
        #expect(SMTPReply(line, to: "RCPT") == nil)
    }
}
