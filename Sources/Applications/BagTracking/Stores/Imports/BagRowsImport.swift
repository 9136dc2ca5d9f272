import Portico

/// Decides about rows that name sacks and bags, in files of packing and of bags (rules R32, R34). Everything is decided in a
/// world that the caller has loaded; what is to be written stands in it afterwards.
struct BagRowsImport {
    let terms: ImportTerms
    let catalog: Catalog
    var world: ImportWorld
    var memory: ImportMemory
    var outcome = ImportOutcome()

    private var products: ProductCatalog { catalog.products }

    /// What a text of a row is read as.
    enum Reading {
        case parent(ParentReference)
        case child(ChildLabel)
        case neither(CodeError)
    }

    /// A text that is no sack's code is judged as a bag's. `isKnown` matters only for codes that look like damaged ones.
    static func read(_ text: String, _ products: ProductCatalog, isKnown: (String) -> Bool) -> Reading {
        if let reference = try? ParentReference.parse(text, catalog: products) { return .parent(reference) }
        do throws(CodeError) {
            return .child(try ChildLabel.parse(text, catalog: products, isKnownChild: isKnown))
        } catch {
            return .neither(error)
        }
    }

    /// Reads what the units need from the database.
    /// - Throws: ``SQLError``.
    mutating func load(_ units: [ImportUnit], locked: Bool, in session: some SQLSession) throws {
        var (sacks, carriers, children): (Set<String>, Set<String>, Set<String>) = ([], [], [])
        for row in units.flatMap({ $0.children + [$0.row].compactMap(\.self) }) {
            for text in row.values.prefix(2) where !text.isEmpty {
                switch BagRowsImport.read(text, products, isKnown: { _ in true }) {
                case .parent(.code(let code, _)): sacks.insert(code)
                case .parent(.sscc(let sscc)): carriers.insert(sscc.text)
                case .child(let label): children.insert(label.code)
                case .neither: continue
                }
            }
        }
        try world.load(sacks: sacks, carriers: carriers, children: children, locked: locked, in: session)
    }

    mutating func decide(_ units: [ImportUnit]) {
        for unit in units {
            if terms.kind == .packing { decideRun(unit) } else if let row = unit.row { decideRow(row) }
        }
    }

    private func read(_ text: String) -> Reading {
        BagRowsImport.read(text, products) { world.children[$0] != nil }
    }

    /// The sack's own code where it is known.
    private func name(of reference: ParentReference) -> String { world.sack(reference)?.code ?? reference.text }
}

// MARK: - Packing

extension BagRowsImport {
    private mutating func decideRun(_ unit: ImportUnit) {
        guard let row = unit.row, case .parent(let reference) = read(row.values[0]) else {
            for child in unit.children { refuseOrphan(child) }
            return
        }
        let parent = name(of: reference)
        if memory.close(parent) { return refuse(unit, ImportWords.duplicateParent) }
        if unit.children.isEmpty { return refuse(unit, ImportWords.emptyBatch) }
        do throws(ImportRefusal) {
            let sack = try sack(reference, area: nil)
            fill(sack, with: unit)
        } catch {
            for child in unit.children { noteOnly(child, under: parent) }
            refuse(unit, (error.code, error.message))
        }
    }

    /// Judges the bags of a run, and takes those that can be taken, all or none.
    private mutating func fill(_ sack: ImportedSack, with unit: ImportUnit) {
        var draft = ImportOutcome()
        var taken: [(row: ImportRow, label: ChildLabel)] = []
        var codes: Set<String> = []
        for row in unit.children {
            let text = row.values[0]
            guard case .child(let label) = read(text) else {
                if case .neither(let error) = read(text) { draft.refuse(row, "A", error, value: text) }
                continue
            }
            if let other = memory.other(than: sack.code, of: label.code) {
                draft.refuse(row, "A", ImportWords.duplicate(other), value: text)
                continue
            }
            memory.note(label.code, under: sack.code)
            if codes.contains(label.code) || world.children[label.code]?.parentCode == sack.code {
                draft.counts.unchanged += 1
            } else if let refusal = refusal(of: label.code) {
                draft.refuse(row, "A", refusal, value: text)
            } else {
                codes.insert(label.code)
                taken.append((row, label))
            }
        }
        close(sack, unit, draft, taken.map(\.label))
    }

    private mutating func close(
        _ sack: ImportedSack, _ unit: ImportUnit, _ draft: ImportOutcome, _ labels: [ChildLabel]
    ) {
        if !labels.isEmpty {
            if sack.billCode != nil || sack.billID != nil {
                let refusal = Refusal.parentBilled(sack.facts)
                return refuse(unit, (refusal.code, refusal.detail))
            }
        }
        let listed = labels.count + unit.leftOut
        guard listed <= sack.load.room || listed == 0, unit.leftOut == 0 else {
            return refuse(unit, ImportWords.overCapacity(sack.load.childCount, listed, sack.load.capacity))
        }
        let isNew = sack.id == nil && world.sacks[sack.code] == nil
        if isNew { register(sack) }
        for label in labels { link(label, into: sack.code) }
        add(draft)
        outcome.counts.ok += labels.count
        if isNew || !labels.isEmpty { outcome.counts.ok += 1 } else { outcome.counts.unchanged += 1 }
    }

    private mutating func noteOnly(_ row: ImportRow, under parent: String) {
        if case .child(let label) = read(row.values[0]) { memory.note(label.code, under: parent) }
    }

    /// Refuses a whole run with one error on the row of its sack.
    private mutating func refuse(_ unit: ImportUnit, _ error: (String, String)) {
        guard let row = unit.row else { return }
        outcome.counts.rejected += unit.childCount
        outcome.refuse(row, "A", error, value: row.values[0])
    }

    private mutating func refuseOrphan(_ row: ImportRow) {
        if case .neither(let error) = read(row.values[0]) {
            outcome.refuse(row, "A", error, value: row.values[0])
        } else {
            outcome.refuse(row, "A", ImportWords.orphan, value: row.values[0])
        }
    }

    private mutating func add(_ draft: ImportOutcome) {
        outcome.counts.unchanged += draft.counts.unchanged
        outcome.counts.rejected += draft.counts.rejected
        outcome.counts.errors += draft.counts.errors
        outcome.errors += draft.errors
    }
}

// MARK: - Sacks and bags

extension BagRowsImport {
    /// Notes the bags of rows that were taken when they were decided. What became of a row is not decided again: a sack that it
    /// lacked may have come with a row behind it.
    /// - Parameter errors: what rows were refused for, in their order, beginning with the first of the units'.
    /// - Returns: how many of the errors are about the units.
    mutating func remember(_ units: [ImportUnit], refused errors: [ImportRowError]) -> Int {
        var ahead = errors[...]
        for row in units.compactMap(\.row) {
            if let error = ahead.first, error.row == row.number, error.sheet == row.sheet {
                ahead.removeFirst()
            } else if case .child(let label) = BagRowsImport.read(row.values[0], products, isKnown: { _ in true }),
                case .parent(let sack) = read(row.values[1])
            {
                memory.note(label.code, under: name(of: sack))
            }
        }
        return errors.count - ahead.count
    }

    private mutating func decideRow(_ row: ImportRow) {
        let text = row.values[0]
        if ScannedText.tidied(text).isEmpty {
            return outcome.refuse(row, "code", ImportWords.missing("code"), value: nil)
        }
        do throws(ImportRefusal) {
            try decideSound(row)
        } catch {
            outcome.refuse(row, error.column, (error.code, error.message), value: error.value)
        }
    }

    private mutating func decideSound(_ row: ImportRow) throws(ImportRefusal) {
        let text = row.values[0]
        let area = ScannedText.tidied(row.values[4])
        if !area.isEmpty, !catalog.areaCodes.contains(area) {
            throw ImportRefusal("area_code", ImportWords.unknownArea(area), value: area)
        }
        switch read(text) {
        case .neither(let error): throw ImportRefusal("code", (error.code, error.detail), value: text)
        case .parent(let reference): try takeSack(reference, row, area.unlessEmpty)
        case .child(let label): try takeChild(try labelled(label, row), row, area.unlessEmpty)
        }
    }

    private mutating func takeSack(
        _ reference: ParentReference, _ row: ImportRow, _ area: String?
    ) throws(ImportRefusal) {
        if !ScannedText.tidied(row.values[1]).isEmpty {
            throw ImportRefusal(
                "parent_code", ("wrong_kind", "A sack can't be in a sack. Leave the column empty."),
                value: row.values[1])
        }
        let sack = try sack(reference, area: area)
        guard world.sacks[sack.code] == nil else {
            outcome.counts.unchanged += 1
            return
        }
        register(sack)
        outcome.counts.ok += 1
    }

    /// The label with lot and date of the other columns.
    private mutating func labelled(_ label: ChildLabel, _ row: ImportRow) throws(ImportRefusal) -> ChildLabel {
        let lot = ASCII.upperCased(ScannedText.tidied(row.values[2]))
        guard lot.unicodeScalars.count <= 40 else {
            throw ImportRefusal("lot", ImportWords.tooLong(40), value: row.values[2])
        }
        let text = ScannedText.tidied(row.values[3])
        let date = TestDate.parse(text)
        let isUnreadable = !text.isEmpty && date == nil
        return ChildLabel(
            code: label.code, lot: lot.unlessEmpty ?? label.lot, testDate: date ?? label.testDate,
            warnings: label.warnings + (isUnreadable ? [.testDateUnreadable] : []))
    }

    private mutating func takeChild(
        _ label: ChildLabel, _ row: ImportRow, _ area: String?
    ) throws(ImportRefusal) {
        if world.children[label.code]?.isRetired == true {
            throw ImportRefusal("code", .bagRetired(label.code, .child), value: row.values[0])
        }
        guard !ScannedText.tidied(row.values[1]).isEmpty else { return try takeLoose(label, area) }
        let sack = try parent(of: row, area)
        if let other = memory.other(than: sack.code, of: label.code) {
            throw ImportRefusal("code", ImportWords.duplicate(other), value: row.values[0])
        }
        if world.children[label.code]?.parentCode == sack.code {
            memory.note(label.code, under: sack.code)
            return keepLabel(label)
        }
        if let refusal = refusal(of: label.code) { throw ImportRefusal("code", refusal, value: row.values[0]) }
        do throws(Refusal) {
            try PackingRules.admit(to: sack.facts)
        } catch {
            throw ImportRefusal("parent_code", error, value: row.values[1])
        }
        if world.sacks[sack.code] == nil { register(sack) }
        link(label, into: sack.code)
        memory.note(label.code, under: sack.code)
        outcome.counts.ok += 1
    }

    private func parent(of row: ImportRow, _ area: String?) throws(ImportRefusal) -> ImportedSack {
        let text = row.values[1]
        let reference: ParentReference
        do throws(CodeError) {
            reference = try ParentReference.parse(text, catalog: products)
        } catch {
            throw ImportRefusal("parent_code", (error.code, error.detail), value: text)
        }
        do throws(ImportRefusal) {
            return try sack(reference, area: area)
        } catch {
            throw ImportRefusal(
                error.column == "area_code" ? error.column : "parent_code", (error.code, error.message), value: text)
        }
    }

    /// A bag that is in no sack by its row.
    private mutating func takeLoose(_ label: ChildLabel, _ area: String?) throws(ImportRefusal) {
        if world.children[label.code] != nil { return keepLabel(label) }
        let area = try newArea(area)
        let kept = LabelKeeping(lot: nil, testDate: nil, reading: label)
        outcome.warn(kept.warnings)
        world.children[label.code] = ImportedChild(
            code: label.code, areaCode: area, areaBefore: nil, isRetired: false, lot: kept.lot,
            testDate: kept.testDate, change: .registered)
        outcome.counts.children += 1
        outcome.counts.ok += 1
    }

    /// A bag that is where its row says: what its label adds is kept.
    private mutating func keepLabel(_ label: ChildLabel) {
        guard var child = world.children[label.code] else { return }
        let kept = LabelKeeping(lot: child.lot, testDate: child.testDate, reading: label)
        outcome.warn(kept.warnings)
        guard kept.lot != child.lot || kept.testDate != child.testDate else {
            outcome.counts.unchanged += 1
            return
        }
        child.lot = kept.lot
        child.testDate = kept.testDate
        child.change = child.change ?? .labelled
        world.children[label.code] = child
        outcome.counts.ok += 1
    }
}

// MARK: - Both

/// Why a row, or a run, can't be taken.
struct ImportRefusal: Error {
    let column: String?
    let code: String
    let message: String
    let value: String?

    init(_ column: String?, _ words: (String, String), value: String?) {
        self.column = column
        (code, message) = words
        self.value = value
    }

    init(_ column: String?, _ refusal: Refusal, value: String?) {
        self.init(column, (refusal.code, refusal.detail), value: value)
    }
}

extension BagRowsImport {
    /// The sack that a row names, or the one that it makes; nothing is registered yet.
    private func sack(_ reference: ParentReference, area: String?) throws(ImportRefusal) -> ImportedSack {
        if let sack = world.sack(reference) {
            guard !sack.isRetired else {
                throw ImportRefusal("code", .bagRetired(sack.code, .parent), value: sack.code)
            }
            return sack
        }
        switch reference {
        case .sscc(let sscc): throw ImportRefusal("code", .ssccNotAssigned(sscc), value: sscc.text)
        case .code(let code, let type):
            let area = try newArea(area)
            guard type.isActive else { throw ImportRefusal("code", .productTypeInactive(type), value: code) }
            return ImportedSack(
                code: code, areaCode: area, type: type.code, sscc: nil,
                load: ParentLoad(childCount: 0, capacity: type.capacity, unitWeightGrams: type.unitWeightGrams),
                isRetired: false, billID: nil, billCode: nil, holdReason: nil)
        }
    }

    /// The area of what is new.
    private func newArea(_ area: String?) throws(ImportRefusal) -> String {
        guard let area = area ?? terms.areaCode else {
            throw ImportRefusal("area_code", ImportWords.missing("area_code"), value: nil)
        }
        guard catalog.activeAreas.contains(area) else {
            throw ImportRefusal("area_code", ImportWords.unknownArea(area), value: area)
        }
        return area
    }

    /// Why a bag that is not in the sack can't come into it.
    private func refusal(of code: String) -> Refusal? {
        guard let child = world.children[code] else { return nil }
        if child.isRetired { return .bagRetired(code, .child) }
        return child.parentCode == nil ? nil : .linkedElsewhere(child.facts)
    }

    private mutating func register(_ sack: ImportedSack) {
        world.sacks[sack.code] = sack
        outcome.counts.parents += 1
    }

    private mutating func link(_ label: ChildLabel, into code: String) {
        guard var sack = world.sacks[code], let load = sack.load.changed(by: 1) else { return }
        sack.load = load
        world.sacks[code] = sack
        let known = world.children[label.code]
        let kept = LabelKeeping(lot: known?.lot, testDate: known?.testDate, reading: label)
        outcome.warn(kept.warnings)
        world.children[label.code] = ImportedChild(
            id: known?.id, code: label.code, areaCode: sack.areaCode, areaBefore: known?.areaBefore, parentCode: code,
            isRetired: false, lot: kept.lot, testDate: kept.testDate, change: .linked)
        if known == nil { outcome.counts.children += 1 }
        outcome.counts.links += 1
    }
}
