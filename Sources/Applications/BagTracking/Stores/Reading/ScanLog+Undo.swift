import Portico

/// Which scans of a list can still be taken back, so that no list offers what the rules refuse (rule R16).
extension ScanLog {
    /// Ids of those scans that the caller may take back now: own ones, or anybody's with the right to, whose time has not
    /// passed, whose bag is still in the sack by this very scan, and whose sack is on no bill. At most one statement.
    /// - Throws: ``SQLError``.
    func undoable(_ items: [ScanItem], for caller: BagCaller, window: Span) throws -> Set<Int64> {
        let candidates = items.filter { ScanLog.mayTakeBack($0, caller, window) }
        guard let first = candidates.first else { return [] }
        let codes = candidates.dropFirst().reduce("\(first.code)" as SQL) { $0 + ", \($1.code)" }
        // No word about the kind: a code is one bag's, and without statistics SQLite would rather walk all of a kind.
        let linking = try session.all(
            "scans.undoable",
            """
            SELECT c.link_scan_id FROM bags c JOIN bags p ON p.id = c.parent_id
            WHERE c.code IN (\(codes)) AND c.link_scan_id IS NOT NULL AND p.bill_id IS NULL
            """
        ) { try $0[0] as Int64 }
        return Set(candidates.map(\.id)).intersection(linking)
    }

    /// What the scan itself says about it.
    private static func mayTakeBack(_ item: ScanItem, _ caller: BagCaller, _ window: Span) -> Bool {
        guard item.kind == .child, item.outcome == .linked, item.undone == nil, caller.now - item.recordedAt <= window
        else { return false }
        return caller.may("scan.undo_any") || (caller.may("scan.undo_own") && item.user.id == caller.userID)
    }
}
