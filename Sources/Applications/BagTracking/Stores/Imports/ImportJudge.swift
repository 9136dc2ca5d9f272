import Portico

/// Decides about parts of a file of any kind.
struct ImportJudge: Sendable {
    private let terms: ImportTerms
    private var catalog: Catalog
    private let caller: BagCaller
    private var memory = ImportMemory()
    private let draft = ImportDraft()

    init(_ terms: ImportTerms, _ catalog: Catalog, _ caller: BagCaller) {
        self.terms = terms
        self.catalog = catalog
        self.caller = caller
    }

    private var isAboutBills: Bool { terms.kind == .bills || terms.kind == .billParents }

    /// Goes over units that an earlier run has taken, to know of them what that run knew: their rows are read as they were
    /// then, with the sacks that their SSCC name.
    /// - Parameter errors: what rows were refused for, in their order, beginning with the first of the units'.
    /// - Returns: how many of the errors are about the units; all of them matter only where each refused row has one.
    /// - Throws: ``SQLError``.
    mutating func remember(
        _ units: [ImportUnit], refused errors: [ImportRowError], in reading: Reading
    ) throws -> Int {
        guard !isAboutBills else { return 0 }
        var rows = BagRowsImport(terms: terms, catalog: catalog, world: ImportWorld(), memory: memory)
        try rows.load(units, locked: false, in: reading)
        defer { memory = rows.memory }
        if terms.kind == .bags { return rows.remember(units, refused: errors) }
        rows.decide(units)
        return 0
    }

    /// Says what would become of units, after all that came before them.
    /// - Throws: ``SQLError``.
    mutating func judge(_ units: [ImportUnit], in reading: Reading) throws -> ImportOutcome {
        guard !isAboutBills else {
            var rows = BillRowsImport(terms: terms, catalog: catalog, caller: caller, draft: draft)
            try rows.decide(units.compactMap(\.row), in: reading)
            return rows.outcome.with(units)
        }
        var rows = BagRowsImport(terms: terms, catalog: catalog, world: ImportWorld(over: draft), memory: memory)
        try rows.load(units, locked: false, in: reading)
        rows.decide(units)
        memory = rows.memory
        draft.keep(rows.world)
        return rows.outcome.with(units)
    }

    /// Decides about units and writes what is good.
    /// - Throws: ``SQLError``.
    mutating func write(_ units: [ImportUnit], _ work: BillWork) throws -> ImportOutcome {
        try refreshCatalog(work)
        guard !isAboutBills else {
            var rows = BillRowsImport(terms: terms, catalog: catalog, caller: caller)
            try rows.write(units.compactMap(\.row), work)
            return rows.outcome.with(units)
        }
        var rows = BagRowsImport(terms: terms, catalog: catalog, world: ImportWorld(), memory: memory)
        try rows.load(units, locked: true, in: work.transaction)
        rows.decide(units)
        try ImportWriter(transaction: work.transaction, caller: work.caller, services: work.services).write(rows.world)
        memory = rows.memory
        return rows.outcome.with(units)
    }

    /// Judges by the product types of this moment, which stay until the commit: who adds one waits for whoever writes bags,
    /// and the other way round (rules R2, R8).
    private mutating func refreshCatalog(_ work: BillWork) throws {
        if work.transaction.dialect == .postgresql {
            try work.transaction.executeLater("imports.hold_types", "LOCK TABLE bags IN ROW EXCLUSIVE MODE")
        }
        catalog = try work.services.catalog.catalog(in: work.transaction)
    }

    /// What the last part has left stands, and is not taken back any more.
    mutating func settle() {
        memory.settle()
    }
}

extension ImportOutcome {
    /// With what is counted of units whatever becomes of them.
    fileprivate func with(_ units: [ImportUnit]) -> ImportOutcome {
        var outcome = self
        outcome.counts.numericCells = units.reduce(0) { $0 + $1.numericCells }
        return outcome
    }
}
