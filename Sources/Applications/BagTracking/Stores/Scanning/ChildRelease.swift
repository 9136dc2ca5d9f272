import Portico

/// Makes bags loose. Their sack's count and the counters are the caller's business.
struct ChildRelease {
    let transaction: Transaction
    let now: Instant

    /// One bag.
    /// - Throws: ``SQLError``.
    func release(_ child: BagRow) throws {
        try transaction.executeLater("bags.release", update + " WHERE id = \(child.id)")
    }

    /// All bags of a sack.
    /// - Returns: how many there were.
    /// - Throws: ``SQLError``.
    func releaseAll(of sack: BagRow) throws -> Int {
        try transaction.execute("bags.release_all", update + " WHERE parent_id = \(sack.id)")
    }

    private var update: SQL {
        """
        UPDATE bags SET parent_id = NULL, parent_kind = NULL, status = 'loose', link_scan_id = NULL, linked_at = NULL,
            linked_by = NULL, updated_at = \(now)
        """
    }
}
