import PorticoSQL
import PorticoValues

/// Does the job of sending a text message.
struct TextSender: Sendable {
    let texts: TextQueue
    let database: Database

    /// Sends a message, and marks it and its job in one transaction. When the process is killed after the gateway took the
    /// message over and before that commit, it is sent again with the same id.
    func send(_ id: Int64, _ run: JobRun) async throws {
        guard let waiting = try await database.read({ try find(id, in: $0) }) else { return }
        guard let content = waiting.content else {
            throw JobFailure.permanent("text_gone", "Nothing is left of the message.")
        }
        guard let transport = texts.transport else { return try await settle(id, .dropped, status: nil, run) }
        guard run.now < waiting.expiresAt else { return try await settle(id, .expired, status: nil, run) }
        guard let envelope = texts.open(content, waiting.messageID) else {
            let trouble = TextTrouble(.refused, words: "the message does not open: its key is gone")
            throw try await failure(trouble, id, waiting, run)
        }
        do {
            let status = try await transport.send(envelope)
            try await settle(id, .sent, status: status, run)
        } catch let trouble as TextTrouble {
            throw try await failure(trouble, id, waiting, run)
        }
    }

    private struct Waiting {
        let messageID: String
        /// Sealed; nil once it was forgotten.
        let content: [UInt8]?
        let expiresAt: Instant
    }

    private func find(_ id: Int64, in reading: Reading) throws -> Waiting? {
        try reading.first(
            "texts.find",
            """
            SELECT message_id, content, expires_at FROM text_messages
            WHERE id = \(id) AND state IN ('queued', 'failed')
            """
        ) { Waiting(messageID: try $0[0], content: try $0[1], expiresAt: try $0[2]) }
    }

    /// What a message said, and whom it was for, is forgotten with its end.
    private func settle(_ id: Int64, _ state: TextState, status: Int?, _ run: JobRun) async throws {
        try await database.write { transaction in
            try transaction.execute(
                "texts.settle",
                """
                UPDATE text_messages SET state = \(state), status = \(status), content = NULL, ended_at = \(run.now)
                WHERE id = \(id)
                """)
            try run.finish(in: transaction)
        }
    }

    /// Notes why a message was not taken, and says what becomes of its job. Whoever replays the job of a message that was
    /// given up finds nothing of it: a code that somebody would get much later helps nobody.
    private func failure(
        _ trouble: TextTrouble, _ id: Int64, _ waiting: Waiting, _ run: JobRun
    ) async throws -> JobFailure {
        // When the wait is over the message is too late, and forgotten then.
        let life = max(.seconds(1), waiting.expiresAt - run.now)
        if case .leftAlone(let span) = trouble.kind {
            return .postponed(by: min(span, life), "gateway_away", "The gateway for text messages is left alone.")
        }
        let isFinal = trouble.kind == .refused
        if isFinal || run.isLastAttempt {
            try await database.write { transaction in
                try transaction.execute(
                    "texts.give_up",
                    """
                    UPDATE text_messages SET state = \(TextState.failed), status = \(trouble.status), content = NULL,
                        ended_at = \(run.now)
                    WHERE id = \(id)
                    """)
            }
        }
        if isFinal {
            return .permanent("text_refused", "The text message was refused.", detail: trouble.words)
        }
        var wait: Span?
        if case .later(let span) = trouble.kind { wait = span.map { min($0, life) } }
        return .temporary(
            "text_not_sent", "The text message could not be sent yet.", after: wait, detail: trouble.words)
    }
}
