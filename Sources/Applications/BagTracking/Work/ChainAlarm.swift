import Portico

/// Tells administrators when the chain of the audit is broken: once for each broken row, whichever node found it and
/// however often, until the chain is whole again.
struct ChainAlarm: Sendable {
    let services: BagTrackingServices
    /// Writes a line for the operator.
    let alarm: @Sendable (_ message: String, _ facts: [String: String]) -> Void

    /// Checks the chain, and tells of what is wrong.
    /// - Throws: ``SQLError``.
    func check() async throws {
        let finding = try await services.chain.check()
        guard let seq = finding.verification.firstBadSeq else { return try await forget() }
        alarm(
            "the chain of the audit is broken",
            ["first_bad_seq": "\(seq)", "rows": "\(finding.verification.rows)"])
        try await tell(seq, finding)
    }

    /// The note and the mails become true together.
    private func tell(_ seq: Int64, _ finding: ChainWatch.Finding) async throws {
        try await services.database.write { [services] transaction in
            let noted = try transaction.execute(
                "audit.note_alarm",
                """
                INSERT INTO chain_alarms (first_bad_seq, told_at) VALUES (\(seq), \(finding.at))
                ON CONFLICT (first_bad_seq) DO NOTHING
                """)
            guard noted == 1 else { return }
            for admin in try SummaryMails.recipients(involved: [], in: transaction) {
                try services.mails.enqueue(mail(to: admin, seq, finding), in: transaction)
            }
        }
    }

    /// A chain that is whole may break again, at the same row too.
    private func forget() async throws {
        let known = try await services.database.read {
            try $0.scalar("audit.has_alarm", "SELECT 1 FROM chain_alarms LIMIT 1", as: Int.self)
        }
        guard known != nil else { return }
        try await services.database.write { transaction in
            try transaction.execute("audit.forget_alarms", "DELETE FROM chain_alarms")
        }
    }

    private func mail(to admin: SummaryMails.Recipient, _ seq: Int64, _ finding: ChainWatch.Finding) -> Mail {
        let link = "\(services.settings.publicURL)/bags/audit"
        let lines = [
            "The check of the audit's chain found a break. The first row that is wrong is \(seq).",
            "Somebody changed or deleted stored rows, or the database was restored from an older state. Nothing was "
                + "changed by the check. Tell the operator at once, and keep the database as it is.",
        ]
        return Mail(
            to: admin.address, subject: "Bag tracking: the chain of the audit is broken",
            text: (["Hello \(admin.name),", ""] + lines + ["", link, ""]).joined(separator: "\n"),
            html: """
                <p>Hello \(admin.name),</p>\(lines.map { "<p>\($0)</p>" as HTML })\
                <p><a href="\(link)">Open the audit</a></p>
                """)
    }
}
