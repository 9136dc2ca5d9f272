import Portico

/// Decides about a part of the rows of bills and of sacks on bills, and writes what is good at once where a transaction is
/// given.
struct BillRowsImport {
    let terms: ImportTerms
    let catalog: Catalog
    let caller: BagCaller
    private(set) var outcome = ImportOutcome()
    /// What earlier parts of a dry run have changed.
    private let draft: ImportDraft?
    /// The bills that the rows name or make, by their key.
    private var bills: [String: BillRow] = [:]
    /// Keys of the bills that rows made.
    private var made: Set<String> = []
    /// Keys of the bills that rows filled.
    private var filled: Set<String> = []
    /// The bills that rows put sacks on, by the codes of the sacks.
    private var places: [String: ImportDraft.Place] = [:]
    /// The sacks of the rows.
    private var world = ImportWorld()

    init(terms: ImportTerms, catalog: Catalog, caller: BagCaller, draft: ImportDraft? = nil) {
        self.terms = terms
        self.catalog = catalog
        self.caller = caller
        self.draft = draft
    }

    /// Decides about rows of a dry run.
    /// - Throws: ``SQLError``.
    mutating func decide(_ rows: [ImportRow], in reading: Reading) throws {
        try load(rows, locked: false, reading)
        for row in rows { try decide(row, write: nil) }
        draft?.keep(bills.filter { made.contains($0.key) || filled.contains($0.key) }, places)
    }

    /// Decides about rows and writes what is good.
    /// - Throws: ``SQLError``.
    mutating func write(_ rows: [ImportRow], _ work: BillWork) throws {
        try load(rows, locked: true, work.transaction)
        for row in rows { try decide(row, write: work) }
        for key in filled.sorted() {
            guard var bill = bills[key] else { continue }
            try bill.update(in: work.transaction)
            try work.services.outbox.publish(
                BillEvents.event(BillEvents.changed, bill, check: nil, by: caller), in: work.transaction)
        }
    }

    private mutating func decide(_ row: ImportRow, write work: BillWork?) throws {
        do {
            switch terms.kind {
            case .bills: try takeBill(row, work)
            default: try takeSack(row, work)
            }
        } catch let refusal as ImportRefusal {
            outcome.refuse(row, refusal.column, (refusal.code, refusal.message), value: refusal.value)
        }
    }

    // MARK: - Reading

    private mutating func load(_ rows: [ImportRow], locked: Bool, _ session: some SQLSession) throws {
        let keys = Set(rows.map { BillCode.key(BillCode.tidied($0.values[0])) }.filter { !$0.isEmpty })
        for (key, bill) in draft?.bills(keys) ?? [] { bills[key] = bill }
        let list = ImportWorld.list(keys.subtracting(bills.keys))
        let found = try session.all(
            "imports.bills",
            """
            SELECT \(BillRow.columns) FROM bills l
            WHERE l.code_key IN (\(ImportWorld.elements(list, session.dialect)))
            ORDER BY l.id\(locked ? session.dialect.forUpdate : "")
            """, BillRow.init)
        for row in found { bills[BillCode.key(row.code)] = row }
        guard terms.kind == .billParents else { return }
        var (codes, numbers): (Set<String>, Set<String>) = ([], [])
        for row in rows {
            switch try? ParentReference.parse(row.values[1], catalog: catalog.products) {
            case .code(let code, _): codes.insert(code)
            case .sscc(let sscc): numbers.insert(sscc.text)
            case nil: continue
            }
        }
        try world.load(sacks: codes, carriers: numbers, children: [], locked: locked, in: session)
        places = draft?.places(world.sacks.keys) ?? [:]
    }

    // MARK: - Bills

    private mutating func takeBill(_ row: ImportRow, _ work: BillWork?) throws {
        let code = try code(of: row)
        let bill = try header(of: row, code)
        if let known = bills[code.key] {
            guard known.header == bill.header, known.areaCode == bill.areaCode else {
                throw ImportRefusal("bill_code", ImportWords.billExists, value: code.text)
            }
            outcome.counts.unchanged += 1
            return
        }
        if let work {
            // Somebody took the code in between; the part is decided again.
            guard let opened = try work.open(bill) else { throw LostRace() }
            bills[code.key] = opened
        } else {
            bills[code.key] = bill
        }
        made.insert(code.key)
        outcome.counts.bills += 1
        outcome.counts.ok += 1
    }

    private func code(of row: ImportRow) throws -> BillCode {
        let text = row.values[0]
        guard !BillCode.tidied(text).isEmpty else {
            throw ImportRefusal("bill_code", ImportWords.missing("bill_code"), value: nil)
        }
        // A code is tidied inside, too: the beginning of a long one may be a sound code that nobody wrote.
        guard !ImportFeed.isTooLong(text) else {
            throw ImportRefusal("bill_code", ImportWords.tooLong(BillCode.length.upperBound), value: text)
        }
        do throws(FieldProblem) {
            return try BillCode(text)
        } catch {
            throw ImportRefusal("bill_code", (error.code, error.message), value: text)
        }
    }

    private func header(of row: ImportRow, _ code: BillCode) throws -> BillRow {
        let number = ScannedText.tidied(row.values[1])
        guard !number.isEmpty else { throw ImportRefusal("capacity", ImportWords.missing("capacity"), value: nil) }
        guard let capacity = ASCII.number(Array(number.utf8)), BillHeader.capacities.contains(capacity) else {
            throw ImportRefusal("capacity", ImportWords.invalidNumber, value: row.values[1])
        }
        let named = ScannedText.tidied(row.values[2])
        guard let area = named.unlessEmpty ?? terms.areaCode else {
            throw ImportRefusal("area_code", ImportWords.missing("area_code"), value: nil)
        }
        guard catalog.activeAreas.contains(area) else {
            throw ImportRefusal("area_code", ImportWords.unknownArea(area), value: area)
        }
        let header = BillHeader(
            capacity: capacity, description: BillHeader.tidied(row.values[3]),
            consignee: BillHeader.tidied(row.values[4]), destination: BillHeader.tidied(row.values[5]))
        if let problem = header.problems.first {
            throw ImportRefusal(
                problem.field, (problem.code, problem.message),
                value: terms.kind.columns.firstIndex(of: problem.field).map { row.values[$0] })
        }
        return BillRow(
            new: 0, code: code.text, areaCode: area, header: header, by: caller.userID, at: caller.now)
    }

    // MARK: - Sacks on bills

    private mutating func takeSack(_ row: ImportRow, _ work: BillWork?) throws {
        let key = BillCode.key(BillCode.tidied(row.values[0]))
        guard !key.isEmpty else { throw ImportRefusal("bill_code", ImportWords.missing("bill_code"), value: nil) }
        guard var bill = bills[key] else {
            throw ImportRefusal("bill_code", ImportWords.billNotFound, value: row.values[0])
        }
        guard !ScannedText.tidied(row.values[1]).isEmpty else {
            throw ImportRefusal("parent_code", ImportWords.missing("parent_code"), value: nil)
        }
        let (found, sack) = lookUp(row.values[1])
        let isOnBill = sack.map { $0.billID == bill.id || places[$0.code]?.key == key } ?? false
        if isOnBill {
            outcome.counts.unchanged += 1
            return
        }
        let facts = BillingFacts(userArea: caller.areaCode, bill: bill.facts, sack: found, isOnBill: false)
        switch BillingRules.decide(facts) {
        case .refuse(let refusal):
            let isAboutBill = ["bill_not_open", "capacity_reached"].contains(refusal.code)
            throw ImportRefusal(
                isAboutBill ? "bill_code" : "parent_code", refusal, value: row.values[isAboutBill ? 0 : 1])
        case .duplicate: outcome.counts.unchanged += 1
        case .add:
            guard let sack else { throw LostRace() }
            if let work {
                try work.transaction.put(sack: sack.id, on: bill, at: work.caller.now, "imports.add_sack")
            }
            bill.totals = bill.totals.adding(sack.load)
            bills[key] = bill
            places[sack.code] = ImportDraft.Place(key: key, code: bill.code)
            filled.insert(key)
            outcome.counts.billParents += 1
            outcome.counts.ok += 1
        }
    }

    /// The sack of a row with the bill it is on by now.
    private func lookUp(_ text: String) -> (ParentLookup, ImportedSack?) {
        let reference: ParentReference
        do throws(CodeError) {
            reference = try ParentReference.parse(text, catalog: catalog.products)
        } catch {
            return (.invalid(error), nil)
        }
        guard let sack = world.sack(reference) else { return (.missing(reference), nil) }
        var facts = sack.facts
        if let place = places[sack.code] { facts.billCode = place.code }
        return (.found(facts), sack)
    }
}
