import Portico

/// Everything about one sack or bag that its page shows.
struct BagDossier: Sendable {
    /// A bag in a sack.
    struct Child: Sendable, Hashable {
        let code: String
        let lot: String?
        let linkedAt: Instant
        /// Who put it there.
        let linkedBy: ScanItem.User
    }

    let row: BagRow
    let place: BagPlace
    /// The bags in a sack, in the order they came; empty for a bag.
    let children: [Child]
}

/// Finds single sacks and bags for people: what they may not see does not exist.
struct BagFinder<Session: SQLSession> {
    let session: Session
    /// What sack codes look like.
    let products: ProductCatalog
    /// The area the reader is bound to; nil for readers of all areas.
    let areaCode: String?

    init(_ session: Session, products: ProductCatalog, areaCode: String?) {
        self.session = session
        self.products = products
        self.areaCode = areaCode
    }

    /// A sack by its code or SSCC, or a bag by its code or the text of its label; nil where there is none.
    /// - Throws: ``SQLError``.
    func bag(_ text: String) throws -> BagRow? {
        let lookup = BagLookup(session)
        if let reference = try? ParentReference.parse(text, catalog: products) {
            return visible(try lookup.sack(reference, locked: false))
        }
        guard let label = try? ChildLabel.read(text), ChildLabel.isCode(label.code) else { return nil }
        return visible(try lookup.bag(label.code, .child, locked: false))
    }

    /// Everything about a sack or bag.
    /// - Throws: ``Refusal`` `bag_not_found`, ``SQLError``.
    func dossier(_ text: String) throws -> BagDossier {
        guard let row = try bag(text) else { throw Refusal.bagNotFound(text) }
        return BagDossier(
            row: row, place: try BagLookup(session).place(of: row),
            children: row.kind == .parent ? try children(of: row.id) : [])
    }

    private func visible(_ row: BagRow?) -> BagRow? {
        row.flatMap { AreaRules.sees($0.areaCode, userArea: areaCode) ? $0 : nil }
    }

    private func children(of id: Int64) throws -> [BagDossier.Child] {
        let sql: SQL = """
            SELECT b.code, b.lot, b.linked_at, b.linked_by, u.name
            FROM (SELECT id, code, lot, linked_at, linked_by FROM bags WHERE parent_id = \(id)) AS b
            LEFT JOIN accounts u ON u.id = b.linked_by ORDER BY b.linked_at, b.id
            """
        return try session.all("bags.children", sql.plannedOnce) { row in
            BagDossier.Child(
                code: try row[0], lot: try row[1], linkedAt: try row[2],
                linkedBy: ScanItem.User(id: try row[3], name: try row[4] as String? ?? ""))
        }
    }
}
