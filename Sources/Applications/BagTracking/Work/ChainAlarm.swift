import Portico

/// Tells administrators when the chain of the audit is broken: once for each broken row, whichever node found it and
/// however often, until the chain is whole again. The same for a checkpoint that does not hold; where other nodes have
/// files in order, it is told of again after a day.
struct ChainAlarm: Sendable {
    let services: BagTrackingServices
    /// Writes a line for the operator.
    let alarm: @Sendable (_ message: String, _ facts: [String: String]) -> Void

    /// Checks the chain, and tells of what is wrong.
    /// - Throws: ``SQLError``.
    func check() async throws {
        let finding = try await services.chain.check()
        guard let fault = Break(finding.verification) else { return try await forget(at: finding.at) }
        alarm("the chain of the audit is broken", fault.facts)
        try await tell(fault, at: finding.at)
    }

    /// What is wrong first.
    private struct Break {
        /// What it is noted under: the row, or the line of the checkpoint, less than 0.
        let key: Int64
        let facts: [String: String]
        let sentence: String

        /// - Returns: nil when nothing is wrong.
        init?(_ found: AuditVerification) {
            if let seq = found.firstBadSeq {
                key = seq
                facts = ["first_bad_seq": "\(seq)", "rows": "\(found.rows)"]
                sentence = "The check of the audit's chain found a break. The first row that is wrong is \(seq)."
            } else if let fault = found.firstBadCheckpoint {
                key = -Int64(fault.line)
                facts = ["first_bad_checkpoint": "\(fault)", "rows": "\(found.rows)"]
                sentence =
                    "The audit does not agree with its published checkpoints. The first that does not hold is \(fault)."
            } else {
                return nil
            }
        }
    }

    /// The note and the mails become true together.
    private func tell(_ fault: Break, at now: Instant) async throws {
        try await services.database.write { [services] transaction in
            let noted = try transaction.execute(
                "audit.note_alarm",
                """
                INSERT INTO chain_alarms (first_bad_seq, told_at) VALUES (\(fault.key), \(now))
                ON CONFLICT (first_bad_seq) DO NOTHING
                """)
            guard noted == 1 else { return }
            for admin in try SummaryMails.recipients(involved: [], in: transaction) {
                let alarm = mail(to: admin, fault).marked("bags.audit_broken", isConfidential: false)
                try services.mails.enqueue(alarm, in: transaction)
            }
        }
    }

    /// A chain that is whole may break again, at the same row too. Each node reads its own file of checkpoints, so what
    /// one finds in order may not be so in another's: of those it is forgotten after a day that they were told.
    private func forget(at now: Instant) async throws {
        let past = now - .days(1)
        let known = try await services.database.read {
            try $0.scalar(
                "audit.has_alarm",
                "SELECT 1 FROM chain_alarms WHERE first_bad_seq >= 0 OR told_at <= \(past) LIMIT 1", as: Int.self)
        }
        guard known != nil else { return }
        try await services.database.write { transaction in
            try transaction.execute(
                "audit.forget_alarms", "DELETE FROM chain_alarms WHERE first_bad_seq >= 0 OR told_at <= \(past)")
        }
    }

    private func mail(to admin: SummaryMails.Recipient, _ fault: Break) -> Mail {
        let letter = MailLetter(
            "Bag tracking: the chain of the audit is broken", from: services.settings.office,
            [
                .paragraph("Hello \(admin.name),"), .paragraph("\(fault.sentence)"),
                .paragraph(
                    """
                    Somebody changed or deleted stored rows, or the database was restored from an older state. Nothing was
                    changed by the check. Tell the operator at once, and keep the database as it is.
                    """),
                .button("Open the audit", address: "\(services.settings.publicURL)/bags/audit"),
            ])
        return Mail(to: admin.address, letter)
    }
}
