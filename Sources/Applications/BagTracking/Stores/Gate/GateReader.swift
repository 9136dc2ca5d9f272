import Portico

/// Reads what a check at the gate has seen, and what it has not.
struct GateReader<Session: SQLSession> {
    let session: Session

    init(_ session: Session) {
        self.session = session
    }

    /// Whether a check of a bill has a finding of this id.
    /// - Throws: ``SQLError``.
    func hasFinding(_ id: Int64, of billID: Int64) throws -> Bool {
        try session.scalar(
            "gate.has_finding",
            """
            SELECT 1 FROM gate_findings f JOIN gate_checks c ON c.id = f.gate_check_id
            WHERE f.id = \(id) AND c.bill_id = \(billID)
            """, as: Int.self) != nil
    }

    /// Codes of the sacks on the bill that were not seen, in the order they were put on it.
    /// - Throws: ``SQLError``.
    func missing(_ check: GateCheckRow?, limit: Int) throws -> [String] {
        guard let check else { return [] }
        return try session.all(
            "gate.missing",
            """
            SELECT b.code FROM bags b WHERE b.bill_id = \(check.billID) AND NOT EXISTS (
                SELECT 1 FROM gate_check_sacks s WHERE s.gate_check_id = \(check.id) AND s.bag_id = b.id)
            ORDER BY b.bill_position, b.id LIMIT \(limit)
            """
        ) { try $0[0] }
    }
}
