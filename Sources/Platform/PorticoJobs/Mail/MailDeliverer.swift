import PorticoLimits
import PorticoPages
import PorticoSQL
import PorticoValues

/// Does the job of delivering a mail.
struct MailDeliverer: Sendable {
    let mails: MailQueue
    let database: Database

    /// Delivers a mail, and marks it and its job in one transaction. When the process is killed after the server took
    /// the mail over and before that commit, it is sent again with the same `Message-ID`.
    func deliver(_ id: Int64, _ run: JobRun) async throws {
        guard let waiting = try await database.read({ try find(id, in: $0) }) else { return }
        if waiting.isSuppressed || waiting.state == .suppressed { throw try await suppressed(id, waiting, run) }
        do {
            switch try await mails.transport.deliver(envelope(waiting)) {
            case .sent(let reply): try await settle(id, .sent, reply: reply, run)
            case .kept: try await settle(id, .kept, reply: nil, run)
            }
        } catch let trouble as MailTrouble {
            if let verdict = try await failure(trouble, id, waiting, run) { throw verdict }
        } catch let open as CircuitOpen {
            let trouble = MailTrouble(.unavailable, reply: "The mail server is left alone for a while.")
            if let verdict = try await failure(trouble, id, waiting, run, least: open.retryAfter) { throw verdict }
        }
    }

    private struct Waiting {
        var mail: Mail
        let state: MailState
        let createdAt: Instant
        let messageID: String
        let isSuppressed: Bool
    }

    private func find(_ id: Int64, in reading: Reading) throws -> Waiting? {
        let found = try reading.first(
            "mails.find",
            """
            SELECT recipient, recipient_name, subject, text, html, created_at, message_id,
                EXISTS (SELECT 1 FROM mail_suppressions s WHERE s.recipient_key = mails.recipient_key), state
            FROM mails WHERE id = \(id) AND state IN ('queued', 'failed', 'suppressed')
            """
        ) { row in
            let html: String? = try row[4]
            return Waiting(
                mail: Mail(
                    to: try MailAddress(row[0], name: row[1]), subject: try row[2], text: try row[3],
                    html: html.map { HTML(trusted: $0) }),
                state: try row[8], createdAt: try row[5], messageID: try row[6], isSuppressed: try row.flag(7))
        }
        guard var found else { return nil }
        found.mail.attachments = try reading.all(
            "mails.attachments",
            "SELECT name, media_type, content FROM mail_attachments WHERE mail_id = \(id) ORDER BY id"
        ) { try MailAttachment(name: $0[0], mediaType: $0[1], content: $0[2]) }
        return found
    }

    private func envelope(_ waiting: Waiting) -> MailEnvelope {
        let message = MailMessage(
            mail: waiting.mail, from: mails.sender, date: waiting.createdAt, id: waiting.messageID,
            boundary: randomBytes(12).hexadecimal)
        return MailEnvelope(
            sender: mails.sender.address, recipient: waiting.mail.to.address, message: message.bytes)
    }

    /// What a mail said is forgotten once it has left: codes and links of people are not to lie in the table.
    private func settle(_ id: Int64, _ state: MailState, reply: String?, _ run: JobRun) async throws {
        try await database.write { transaction in
            let forgotten: SQL = state == .kept ? "" : ", text = '', html = NULL"
            try transaction.execute(
                "mails.settle",
                """
                UPDATE mails SET state = \(state), reply = \(reply), sent_at = \(run.now)\(forgotten) WHERE id = \(id)
                """)
            if state != .kept {
                try transaction.execute("mails.detach", "DELETE FROM mail_attachments WHERE mail_id = \(id)")
            }
            try run.finish(in: transaction)
        }
    }

    /// Notes that a mail was held back. What it said is forgotten, so that another try of it finds nothing to send.
    private func suppressed(_ id: Int64, _ waiting: Waiting, _ run: JobRun) async throws -> JobFailure {
        if waiting.state != .suppressed {
            try await database.write { transaction in
                try transaction.execute(
                    "mails.hold_back",
                    """
                    UPDATE mails SET state = \(MailState.suppressed), reply = 'The address is known not to exist.',
                        sent_at = \(run.now), text = '', html = NULL
                    WHERE id = \(id)
                    """)
                try transaction.execute("mails.detach", "DELETE FROM mail_attachments WHERE mail_id = \(id)")
            }
        }
        return JobFailure.permanent(
            "mail_suppressed", "The mail was not sent: its address is known not to exist, or was then.")
    }

    /// Notes why a mail did not go out.
    /// - Parameter least: the shortest pause before the server is asked again; nil when it was asked now.
    /// - Returns: what becomes of its job; nil when the recipient was forgotten while the server was asked, and must
    ///   not be known again by its words.
    private func failure(
        _ trouble: MailTrouble, _ id: Int64, _ waiting: Waiting, _ run: JobRun, least: Span? = nil
    ) async throws -> JobFailure? {
        let isFinal = [.noMailbox, .doubtful, .refused].contains(trouble.kind)
        let pause =
            trouble.kind == .unavailable
            ? MailPatience.pause(atAge: run.now - waiting.createdAt, least: least) : nil
        let isOver = isFinal || pause == nil && run.isLastAttempt
        let words: SQL = least == nil ? "\(trouble.reply)" : "coalesce(reply, \(trouble.reply))"
        let isKnown = try await note(trouble, words, id, waiting.mail.to, isOver ? .failed : .queued, run)
        guard isKnown else { return nil }
        if isFinal { return JobFailure.permanent("mail_refused", "The mail was refused.", detail: trouble.reply) }
        if let pause {
            return JobFailure.postponed(by: pause, "mail_server_away", "The mail server can't be used.")
        }
        return JobFailure.temporary(
            "mail_not_delivered", "The mail could not be delivered yet.", after: least, detail: trouble.reply)
    }

    /// - Parameter words: what is kept of the server's, as a value.
    /// - Returns: whether the mail is still known.
    private func note(
        _ trouble: MailTrouble, _ words: SQL, _ id: Int64, _ recipient: MailAddress, _ state: MailState, _ run: JobRun
    ) async throws -> Bool {
        try await database.write { [mails] transaction in
            let isDoubtful = trouble.kind == .doubtful
            let doubt: SQL = isDoubtful ? ", doubted_at = coalesce(doubted_at, \(run.now))" : ""
            let noted = try transaction.execute(
                "mails.note", "UPDATE mails SET state = \(state), reply = \(words)\(doubt) WHERE id = \(id)")
            guard noted == 1 else { return false }
            let isMissing = try trouble.kind == .noMailbox || isDoubtful && mails.isGivenUp(recipient, in: transaction)
            if isMissing { try mails.suppress(recipient.address, reason: trouble.reply, in: transaction) }
            return true
        }
    }
}

extension Row {
    /// The answer to `EXISTS`, which is a number on one engine and a truth value on the other.
    fileprivate func flag(_ column: Int) throws -> Bool {
        switch try value(column) {
        case .integer(let number): number != 0
        case .text(let text): text == "t" || text == "true"
        default: false
        }
    }
}
