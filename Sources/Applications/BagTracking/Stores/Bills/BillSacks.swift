import Portico

/// Takes sacks off a locked bill.
struct BillSacks {
    let work: BillWork

    /// Takes one sack off.
    /// - Returns: its code and what is in it.
    /// - Throws: ``Refusal`` `parent_not_found` when it is not on the bill, ``SQLError``.
    func remove(_ text: String, from bill: BillRow) throws -> (code: String, load: ParentLoad) {
        let products = try work.services.catalog.catalog(in: work.transaction).products
        guard let reference = try? ParentReference.parse(text, catalog: products),
            let sack = try work.sacks.sack(reference, locked: true), sack.billID == bill.id, let load = sack.load
        else { throw Refusal.notOnThisBill(text) }
        try work.transaction.executeLater("bills.remove_sack", release + " WHERE id = \(sack.id)")
        return (sack.code, load)
    }

    /// Takes all sacks off, locked in the order of their ids.
    /// - Throws: ``SQLError``.
    func releaseAll(of bill: BillRow) throws {
        if work.transaction.dialect == .postgresql {
            _ = try work.transaction.all(
                "bills.lock_sacks", "SELECT id FROM bags WHERE bill_id = \(bill.id) ORDER BY id FOR NO KEY UPDATE"
            ) { try $0[0] as Int64 }
        }
        try work.transaction.executeLater("bills.free_sacks", release + " WHERE bill_id = \(bill.id)")
    }

    private var release: SQL {
        "UPDATE bags SET bill_id = NULL, bill_position = NULL, updated_at = \(work.caller.now)"
    }
}
