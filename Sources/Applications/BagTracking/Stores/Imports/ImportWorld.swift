import Portico

/// A sack as an import sees it, with what the import does to it.
struct ImportedSack {
    var id: Int64?
    let code: String
    let areaCode: String
    let type: String
    let sscc: String?
    var load: ParentLoad
    let isRetired: Bool
    let billID: Int64?
    var billCode: String?
    let holdReason: String?
    /// How many bags were in it when it was read; nil for a new one.
    var before: Int?

    var isChanged: Bool { before != load.childCount }

    var facts: SackFacts {
        SackFacts(
            code: code, areaCode: areaCode, load: load, isRetired: isRetired, billCode: billCode, holdReason: holdReason
        )
    }
}

/// A bag as an import sees it, with what the import does to it.
struct ImportedChild {
    enum Change {
        /// In a sack in which it was not before.
        case linked
        /// Known now, in no sack.
        case registered
        /// Its lot or date of test is known now.
        case labelled
    }

    var id: Int64?
    let code: String
    var areaCode: String
    /// Where it was when it was read.
    let areaBefore: String?
    var parentCode: String?
    var billCode: String?
    let isRetired: Bool
    var lot: String?
    var testDate: CalendarDate?
    var change: Change?

    var facts: ChildFacts {
        ChildFacts(
            code: code, areaCode: areaCode, isRetired: isRetired, parentCode: parentCode, parentBillCode: billCode)
    }
}

/// The sacks and bags that a part of a file names, as they are in the database and as the rows before have made them.
struct ImportWorld {
    var sacks: [String: ImportedSack] = [:]
    var children: [String: ImportedChild] = [:]
    /// Codes of sacks by their SSCC.
    private var carriers: [String: String] = [:]
    /// What earlier parts of a dry run have changed.
    private let draft: ImportDraft?

    init(over draft: ImportDraft? = nil) {
        self.draft = draft
    }

    /// The sack that a reference names.
    func sack(_ reference: ParentReference) -> ImportedSack? {
        switch reference {
        case .code(let code, _): sacks[code]
        case .sscc(let sscc): carriers[sscc.text].flatMap { sacks[$0] }
        }
    }

    /// Reads all that the part names, once: sacks first and in the order of their ids, then bags, so that no two
    /// transactions can wait for each other.
    /// - Throws: ``SQLError``.
    mutating func load(
        sacks codes: Set<String>, carriers numbers: Set<String>, children: Set<String>, locked: Bool,
        in session: some SQLSession
    ) throws {
        for sack in draft?.sacks(codes, numbers) ?? [] { add(sack) }
        for child in draft?.children(children) ?? [] { self.children[child.code] = child }
        let sacks = codes.union(numbers).subtracting(self.sacks.keys).subtracting(carriers.keys)
        let newChildren = children.subtracting(self.children.keys)
        if !sacks.isEmpty { try loadSacks(sacks, locked, session) }
        if !newChildren.isEmpty { try loadChildren(newChildren, locked, session) }
    }

    private mutating func add(_ sack: ImportedSack) {
        sacks[sack.code] = sack
        if let sscc = sack.sscc { carriers[sscc] = sack.code }
    }

    private mutating func loadSacks(_ codes: Set<String>, _ isLocked: Bool, _ session: some SQLSession) throws {
        let list = ImportWorld.list(codes)
        // Two walks of two indexes: with both in one condition PostgreSQL reads the whole table. The kind is asked in words
        // that no index answers: without statistics SQLite would rather walk all of a kind than look for each code.
        let rows = try session.all(
            "imports.sacks",
            """
            SELECT \(BagRow.columns) FROM bags
            WHERE kind <> 'child' AND id IN (
                SELECT id FROM bags WHERE kind <> 'child' AND code IN (\(ImportWorld.elements(list, session.dialect)))
                UNION SELECT id FROM bags WHERE sscc IN (\(ImportWorld.elements(list, session.dialect))))
            ORDER BY id\(isLocked ? session.dialect.forUpdate : "")
            """, BagRow.init)
        // A statement of its own: one that waited for a lock still sees other tables as they were before.
        let bills = try billCodes(Set(rows.compactMap(\.billID)), session)
        for row in rows {
            guard var sack = ImportedSack(row) else { continue }
            sack.billCode = sack.billID.flatMap { bills[$0] }
            add(sack)
        }
    }

    private func billCodes(_ ids: Set<Int64>, _ session: some SQLSession) throws -> [Int64: String] {
        guard !ids.isEmpty else { return [:] }
        let list = ImportWorld.list(Set(ids.map(String.init)))
        let pairs = try session.all(
            "imports.bills_of_sacks",
            """
            SELECT id, code FROM bills
            WHERE id IN (SELECT CAST(e AS BIGINT) FROM (\(ImportWorld.elements(list, session.dialect))) AS x)
            """
        ) { (try $0[0] as Int64, try $0[1] as String) }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    private mutating func loadChildren(_ codes: Set<String>, _ isLocked: Bool, _ session: some SQLSession) throws {
        let list = ImportWorld.list(codes)
        let rows = try session.all(
            "imports.children",
            """
            SELECT \(BagRow.columns) FROM bags
            WHERE kind <> 'parent' AND code IN (\(ImportWorld.elements(list, session.dialect)))
            ORDER BY id\(isLocked ? session.dialect.forUpdate : "")
            """, BagRow.init)
        let parents = try places(Set(rows.compactMap(\.parentID)), session)
        for row in rows {
            var child = ImportedChild(row)
            let place = row.parentID.flatMap { parents[$0] }
            child.parentCode = place?.code
            child.billCode = place?.bill
            children[child.code] = child
        }
    }

    private func places(
        _ ids: Set<Int64>, _ session: some SQLSession
    ) throws -> [Int64: (code: String, bill: String?)] {
        guard !ids.isEmpty else { return [:] }
        let list = ImportWorld.list(Set(ids.map(String.init)))
        let pairs = try session.all(
            "imports.places",
            """
            SELECT p.id, p.code, l.code FROM bags p LEFT JOIN bills l ON l.id = p.bill_id
            WHERE p.id IN (SELECT CAST(e AS BIGINT) FROM (\(ImportWorld.elements(list, session.dialect))) AS x)
            """
        ) { (try $0[0] as Int64, (code: try $0[1] as String, bill: try $0[2] as String?)) }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// Texts as one parameter, so that statements have one text however many there are.
    static func list(_ texts: Set<String>) -> String {
        String(decoding: JSONValue.array(texts.sorted().map { .string($0) }).bytes, as: UTF8.self)
    }

    /// The elements of ``list(_:)`` as a SELECT of one column.
    static func elements(_ list: String, _ dialect: Dialect) -> SQL {
        switch dialect {
        case .sqlite: "SELECT value AS e FROM json_each(\(list))"
        case .postgresql: "SELECT json_array_elements_text(CAST(\(list) AS json)) COLLATE \"C\" AS e"
        }
    }
}

extension ImportedSack {
    /// A sack that is in the database; nil for a bag.
    fileprivate init?(_ row: BagRow) {
        guard let load = row.load, let type = row.productType else { return nil }
        self.init(
            id: row.id, code: row.code, areaCode: row.areaCode, type: type, sscc: row.sscc, load: load,
            isRetired: row.isRetired, billID: row.billID, billCode: nil, holdReason: row.hold?.reason,
            before: load.childCount)
    }
}

extension ImportedChild {
    /// A bag that is in the database.
    fileprivate init(_ row: BagRow) {
        self.init(
            id: row.id, code: row.code, areaCode: row.areaCode, areaBefore: row.areaCode, isRetired: row.isRetired,
            lot: row.lot, testDate: row.testDate)
    }
}
