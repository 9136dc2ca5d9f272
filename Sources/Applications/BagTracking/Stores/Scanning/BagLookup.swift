import Portico

/// Finds sacks and bags inside a transaction.
///
/// Whoever changes several rows locks sacks before bags, and sacks among themselves in the order of their ids, so that
/// no two transactions can wait for each other.
struct BagLookup<Session: SQLSession> {
    let session: Session

    init(_ session: Session) {
        self.session = session
    }

    /// The row of a sack, by its own code or SSCC.
    func sack(_ reference: ParentReference, locked: Bool) throws -> BagRow? {
        switch reference {
        case .code(let code, _): try bag(code, .parent, locked: locked)
        case .sscc(let sscc):
            try session.first(
                "bags.by_sscc", "SELECT \(BagRow.columns) FROM bags WHERE sscc = \(sscc.text)\(lock(locked))",
                BagRow.init)
        }
    }

    /// The row of a code of one kind.
    func bag(_ code: String, _ kind: BagKind, locked: Bool) throws -> BagRow? {
        try session.first(
            "bags.by_code",
            "SELECT \(BagRow.columns) FROM bags WHERE code = \(code) AND kind = \(kind)\(lock(locked))", BagRow.init)
    }

    /// The row with an id.
    func bag(id: Int64, locked: Bool) throws -> BagRow? {
        try session.first(
            "bags.by_id", "SELECT \(BagRow.columns) FROM bags WHERE id = \(id)\(lock(locked))", BagRow.init)
    }

    /// Where a row's bag or sack is. Asks the database only when it is somewhere.
    ///
    /// A statement of its own, because one that waited for the lock of a row would still see other tables as they were
    /// before it waited.
    func place(of row: BagRow) throws -> BagPlace {
        if let billID = row.billID {
            let bill = try session.first(
                "bags.bill", "SELECT id, code, state FROM bills WHERE id = \(billID)", ParentAnswer.Bill.init)
            return BagPlace(bill: bill)
        }
        guard let parentID = row.parentID else { return .nowhere }
        return try session.first(
            "bags.place",
            """
            SELECT b.id, b.code, b.state, p.code FROM bags p LEFT JOIN bills b ON b.id = p.bill_id
            WHERE p.id = \(parentID)
            """
        ) { row in
            BagPlace(parentCode: try row[3], bill: row.isNull(0) ? nil : try ParentAnswer.Bill(row))
        } ?? .nowhere
    }

    private func lock(_ isLocked: Bool) -> SQL {
        isLocked ? session.dialect.forUpdate : ""
    }
}

extension ParentAnswer.Bill {
    /// Reads id, code and state.
    fileprivate init(_ row: Row) throws {
        self.init(id: try row[0], code: try row[1], state: try row[2])
    }
}
