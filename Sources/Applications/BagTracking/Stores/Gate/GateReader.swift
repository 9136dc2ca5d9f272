import Portico

/// Reads what a check at the gate has seen, and what it has not.
struct GateReader<Session: SQLSession> {
    let session: Session

    init(_ session: Session) {
        self.session = session
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
