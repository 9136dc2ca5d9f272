import Portico

/// A check at the gate that runs for longer than a lorry stands there, and that nobody was told of.
struct StaleCheck: Sendable, Hashable {
    let id: Int64
    let billID: Int64
    let billCode: String
    let areaCode: String
    let startedAt: Instant
    /// Who started it.
    let startedBy: String
    let progress: GateProgress

    /// Those that began before `limit`, the oldest first. Locked, so that two nodes don't tell of one.
    /// - Throws: ``SQLError``.
    static func due(before limit: Instant, most: Int, in transaction: Transaction) throws -> [StaleCheck] {
        let lock: SQL = transaction.dialect == .postgresql ? " FOR UPDATE OF c SKIP LOCKED" : ""
        return try transaction.all(
            "gate.stale",
            """
            SELECT c.id, l.id, l.code, l.area_code, c.started_at, coalesce(u.name, ''), c.expected_count, c.seen_count,
                c.open_findings
            FROM gate_checks c JOIN bills l ON l.id = c.bill_id LEFT JOIN accounts u ON u.id = c.started_by
            WHERE c.state = 'running' AND c.started_at < \(limit) AND c.told_stale_at IS NULL
            ORDER BY c.id LIMIT \(most)\(lock)
            """
        ) { row in
            StaleCheck(
                id: try row[0], billID: try row[1], billCode: try row[2], areaCode: try row[3], startedAt: try row[4],
                startedBy: try row[5],
                progress: GateProgress(
                    expectedCount: try row[6], seenCount: try row[7], openFindings: try row[8]))
        }
    }

    /// Active gatekeepers of the area, and administrators. Addresses that take no mail are left out.
    /// - Throws: ``SQLError``.
    func recipients(in session: some SQLSession) throws -> [MailAddress] {
        let people = try session.all(
            "gate.stale_recipients",
            """
            SELECT a.email, a.name FROM accounts a LEFT JOIN user_profiles p ON p.user_id = a.id
            WHERE a.is_active = 1 AND (a.role = 'admin' OR (a.role = 'gatekeeper' AND p.area_code = \(areaCode)))
            ORDER BY a.id
            """
        ) { (email: try $0[0] as String, name: try $0[1] as String) }
        return people.compactMap { try? MailAddress($0.email, name: $0.name) }
    }

    /// What is told of it after the commit.
    var payload: JSONValue {
        .object([
            (key: "bill_id", value: .string(String(billID))), (key: "bill_code", value: .string(billCode)),
            (key: "area_code", value: .string(areaCode)), (key: "started_at", value: .string(startedAt.rfc3339)),
            (key: "seen_count", value: .integer(Int64(progress.seenCount))),
            (key: "expected_count", value: .integer(Int64(progress.expectedCount))),
        ])
    }

    /// The mail about it.
    func mail(to address: MailAddress, from office: MailLetter.Office, publicURL: String, at now: Instant) -> Mail {
        let findings =
            progress.openFindings == 0
            ? ""
            : " \(BagWords.count(progress.openFindings, "foreign sack is", "foreign sacks are")) on the lorry."
        let hours = Int((now - startedAt).milliseconds / 3_600_000)
        let letter = MailLetter(
            "Gate check still running: \(billCode)", from: office,
            [
                .paragraph("The check of \(billCode) has been running for \(BagWords.count(hours, "hour", "hours"))."),
                .paragraph(
                    """
                    \(startedBy) started it. \(progress.seenCount) of \(progress.expectedCount) sacks were seen.\(findings)
                    """),
                .paragraph("Finish it and let the lorry go, or give the check up."),
                .button("Open the check", address: "\(publicURL)/bags/bills/\(billID)/gate"),
            ])
        return Mail(to: address, letter)
    }
}
