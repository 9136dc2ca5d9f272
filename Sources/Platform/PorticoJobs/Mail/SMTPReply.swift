/// What a server said, and to which command (RFC 5321 §4.2, RFC 3463).
struct SMTPReply: Sendable, Hashable {
    /// The command it answers: `MAIL`, `RCPT`, `DATA`, …; `BODY` for the end of the message, empty for the greeting.
    let command: String
    let code: Int
    /// The last line, without the code.
    let text: String

    /// A reply from its last line, or nil.
    init?(_ line: String, to command: String) {
        let line = String(line.prefix { $0 != "\r" && $0 != "\n" && $0 != "\r\n" })
        guard let code = Int(line.prefix(3)), (200...599).contains(code) else { return nil }
        self.command = command
        self.code = code
        self.text = String(line.dropFirst(4).prefix(300))
    }

    /// What it means for a message that could not be delivered.
    var trouble: MailTrouble {
        MailTrouble(kind, reply: "\(command.isEmpty ? "greeting" : command): \(code) \(text)")
    }

    private var kind: MailTrouble.Kind {
        let isAboutMessage = ["MAIL", "RCPT", "DATA", "BODY"].contains(command)
        if code == 421 || !isAboutMessage { return .unavailable }
        if code < 500 { return .later }
        return command == "RCPT" ? refusal : .refused
    }

    /// Says that the mailbox does not exist: unknown, moved away, of a domain that takes no mail, closed (RFC 3463, RFC
    /// 7505 and the registry of enhanced codes).
    private static let missing = ["5.1.1", "5.1.6", "5.1.10", "5.2.1"]
    /// Says that the domain does not exist. Domains lapse and come back, and resolvers err: one such word is not enough.
    private static let doubtful = ["5.1.2"]

    /// What the refusal of a recipient means. Without an enhanced code 550, 551 and 553 may speak of the mailbox, but
    /// just as well of a server that passes on nothing to anybody.
    private var refusal: MailTrouble.Kind {
        guard let enhancedCode else { return [550, 551, 553].contains(code) ? .doubtful : .refused }
        if SMTPReply.missing.contains(enhancedCode) { return .noMailbox }
        return SMTPReply.doubtful.contains(enhancedCode) ? .doubtful : .refused
    }

    /// `5.1.1`, as it stands before the words; nil where none does, or one that speaks of no failure.
    private var enhancedCode: String? {
        let word = text.prefix { $0 != " " }
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        let isCode = parts.allSatisfy { part in
            (1...3).contains(part.utf8.count) && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
        return parts.count == 3 && isCode && parts[0] == "5" ? String(word) : nil
    }
}
