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
        return command == "RCPT" && saysNoMailbox ? .noMailbox : .refused
    }

    /// An enhanced code tells a missing mailbox from a policy; without one 550, 551 and 553 are taken for it.
    private var saysNoMailbox: Bool {
        let digits = text.prefix { $0 != " " }.split(separator: ".")
        if digits.count == 3, digits.allSatisfy({ Int($0) != nil }) {
            return digits[1] == "1" || digits[1] == "2" && digits[2] == "1"
        }
        return [550, 551, 553].contains(code)
    }
}
