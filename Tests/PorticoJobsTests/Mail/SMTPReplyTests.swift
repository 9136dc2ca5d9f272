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
        "only a clear word says that a mailbox is missing",
        arguments: [
            ("550 5.1.1 unknown", MailTrouble.Kind.noMailbox), ("551 5.1.6 moved away", .noMailbox),
            ("556 5.1.10 takes no mail", .noMailbox), ("550 5.2.1 disabled", .noMailbox),
            ("550 5.1.2 no such domain", .doubtful), ("550 relaying denied", .doubtful), ("551 not here", .doubtful),
            ("553 no such", .doubtful), ("550 5.1 unknown", .doubtful), ("550 2.1.1 odd", .doubtful),
            ("550 5.7.1 policy", .refused), ("552 5.2.2 full", .refused), ("554 rejected", .refused),
            ("553 5.1.8 sender", .refused), ("550 5.1.0 address", .refused), ("550 5.1.3 syntax", .refused),
        ])
    func knowsMissingMailboxes(line: String, kind: MailTrouble.Kind) throws {
        let reply = try #require(SMTPReply(line + "\r\n", to: "RCPT"))
        #expect(reply.trouble.kind == kind)
        #expect(reply.trouble.reply == "RCPT: " + line)
    }

    @Test("a word about a mailbox counts only when it answers the recipient", arguments: ["MAIL", "DATA", "BODY"])
    func asksForCommand(command: String) throws {
        #expect(try #require(SMTPReply("550 5.1.1 unknown", to: command)).trouble.kind == .refused)
    }

    @Test("what is no reply is none", arguments: ["", "hello", "99 x", "600 x", "\r\n"])
    func refuses(line: String) {
        #expect(SMTPReply(line, to: "RCPT") == nil)
    }
}
