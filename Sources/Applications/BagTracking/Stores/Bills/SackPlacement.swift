import Portico

extension Transaction {
    /// Puts a sack onto a bill, after all sacks that are on it; bill and sack are locked. Open return tickets from which the
    /// sack could go back onto an earlier bill are told (rule R31).
    /// - Parameter name: what the statement is called.
    /// - Throws: ``SQLError``.
    func put(sack id: Int64?, on bill: BillRow, at now: Instant, _ name: String) throws {
        try executeLater(
            name,
            """
            UPDATE bags SET bill_id = \(bill.id), updated_at = \(now), bill_position = (
                SELECT coalesce(max(bill_position), 0) + 1 FROM bags WHERE bill_id = \(bill.id))
            WHERE id = \(id) AND bill_id IS NULL
            """)
        try executeLater(
            "returns.note_billed",
            """
            UPDATE return_items SET billed_since = 1 WHERE bag_id = \(id) AND billed_since = 0
                AND ticket_id IN (SELECT t.id FROM return_tickets t WHERE t.id = return_items.ticket_id AND t.state = 'open')
            """)
    }
}
