import Portico

/// What the corrections share: finding the bag or sack that a path names, and telling of a change.
struct CorrectionWork {
    let caller: BagCaller
    let services: BagTrackingServices
    let transaction: Transaction

    var lookup: BagLookup<Transaction> { BagLookup(transaction) }
    var journal: CustodyJournal { CustodyJournal(transaction: transaction) }
    var identifiers: EPCIdentifiers { services.identifiers }

    func products() throws -> ProductCatalog {
        try services.catalog.catalog(in: transaction).products
    }

    /// The sack that a path names. Something that is no code is as unknown as a code nobody has.
    /// - Throws: ``Refusal``: 404, or 422 for a bag.
    func sack(_ text: String, locked: Bool = true) throws -> BagRow {
        let catalog = try products()
        guard let reference = try? ParentReference.parse(text, catalog: catalog) else {
            guard let child = try child(ifAny: text, locked: false), caller.sees(child.areaCode) else {
                throw Refusal.bagNotFound(text)
            }
            throw Refusal(.invalidParentCode(child.code, catalog: catalog))
        }
        guard let row = try lookup.sack(reference, locked: locked), caller.sees(row.areaCode) else {
            throw Refusal.bagNotFound(text)
        }
        return row
    }

    /// The bag that a path names; it is locked only after its sack.
    /// - Throws: ``Refusal``: 404, or 422 for a sack.
    func child(_ text: String) throws -> BagRow {
        if let row = try child(ifAny: text, locked: false) {
            guard caller.sees(row.areaCode) else { throw Refusal.bagNotFound(text) }
            return row
        }
        if let reference = try? ParentReference.parse(text, catalog: try products()),
            let sack = try lookup.sack(reference, locked: false), caller.sees(sack.areaCode)
        {
            throw Refusal(.wrongKind(sack.code))
        }
        throw Refusal.bagNotFound(text)
    }

    private func child(ifAny text: String, locked: Bool) throws -> BagRow? {
        guard let label = try? ChildLabel.read(text), ChildLabel.isCode(label.code) else { return nil }
        return try lookup.bag(label.code, .child, locked: locked)
    }

    /// Locks sacks in the order of their ids.
    /// - Returns: the rows by id, as they are now.
    func lock(sacks ids: [Int64?]) throws -> [Int64: BagRow] {
        var rows: [Int64: BagRow] = [:]
        for id in Set(ids.compactMap { $0 }).sorted() {
            rows[id] = try lookup.bag(id: id, locked: true)
        }
        return rows
    }

    /// Locks a bag whose sacks are locked.
    /// - Throws: ``LostRace`` when it is in another sack than it was before.
    func lock(_ child: BagRow) throws -> BagRow {
        guard let row = try lookup.bag(id: child.id, locked: true), row.parentID == child.parentID else {
            throw LostRace()
        }
        return row
    }

    /// Writes the audit entry, the counters and the event that every correction ends with.
    func finish(_ entry: AuditEntry, _ counters: CounterChanges, areas: Set<String>) throws {
        try counters.write(in: transaction)
        for area in areas.sorted() {
            try services.outbox.publish(ScanEvents.statsChanged(area, by: caller), in: transaction)
        }
        try transaction.audit(entry)
    }

    /// A custody event of this correction.
    func custody(_ fact: CustodyFact, _ sack: BagRow, area: String) -> CustodyJournal.Entry {
        CustodyJournal.Entry(
            fact: fact, source: .correction, parent: sack, areaCode: area, actorID: caller.userID,
            eventTime: caller.now, recordTime: caller.now)
    }

    /// The sack as answers show it.
    func answer(_ sack: BagRow) throws -> ParentAnswer {
        let bill = sack.billID == nil ? nil : try lookup.place(of: sack).bill
        guard let answer = ParentAnswer(sack, bill: bill, identifiers: identifiers) else {
            throw Refusal.bagNotFound(sack.code)
        }
        return answer
    }
}
