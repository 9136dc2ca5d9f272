import Portico

/// Finds what is written on labels, and writes down that they were printed. Printing registers nothing (rule R43).
struct LabelStore: Sendable {
    let services: BagTrackingServices

    /// The labels of a choice, with an audit entry.
    /// - Throws: ``Refusal``, ``SQLError``.
    func print(_ choice: LabelChoice, on layout: LabelLayout, by caller: BagCaller) async throws -> [Label] {
        let services = services
        return try await services.database.write { transaction in
            let labels = try LabelStore.labels(choice, services, by: caller, in: transaction)
            try transaction.audit(LabelStore.entry(choice, labels, layout, by: caller))
            return labels
        }
    }

    /// The labels of a choice, to be looked at.
    /// - Throws: ``Refusal``, ``SQLError``.
    func preview(_ choice: LabelChoice, by caller: BagCaller, in session: some SQLSession) throws -> [Label] {
        try LabelStore.labels(choice, services, by: caller, in: session)
    }

    /// The code of one label; nil for a text that is no code.
    /// - Throws: ``SQLError``.
    func code(_ text: String, in session: some SQLSession) throws -> LabelCode? {
        let catalog = try services.catalog.catalog(in: session).products
        var isUnsure = false
        let read = try? LabelCode.read(text, catalog: catalog) { _ in
            isUnsure = true
            return true
        }
        guard isUnsure, let read else { return read }
        // Only an existing bag may look like a damaged sack code.
        return try BagLookup(session).bag(read.text, .child, locked: false) == nil ? nil : read
    }

    private static func labels(
        _ choice: LabelChoice, _ services: BagTrackingServices, by caller: BagCaller, in session: some SQLSession
    ) throws -> [Label] {
        let catalog = try services.catalog.catalog(in: session)
        let codes = try choice.codes(catalog.products) { _ in true }
        let known = try registered(codes, in: session)
        // Codes that look like damaged sack codes are let through only where such a bag exists (rule R4).
        if case .codes = choice {
            _ = try choice.codes(catalog.products) { known[$0]?.kind == .child }
        }
        return codes.map { code in
            let area = known[code.text].flatMap { caller.sees($0.area) ? $0.area : nil }
            return Label(code: code, area: area.map { catalog.areaName($0) })
        }
    }

    /// The sacks and bags that exist already, by code.
    private static func registered(
        _ codes: [LabelCode], in session: some SQLSession
    ) throws -> [String: (kind: BagKind, area: String)] {
        let asked = session.dialect.rows(of: Set(codes.map(\.text)).sorted())
        var found: [String: (kind: BagKind, area: String)] = [:]
        try session.each(
            "labels.registered",
            """
            SELECT b.code, b.kind, b.area_code FROM \(asked) AS asked CROSS JOIN bags b WHERE b.code = asked.value
            """
        ) { row in
            found[try row[0]] = (kind: try row[1], area: try row[2])
        }
        return found
    }

    /// A range of serial numbers is told by its ends, codes that were given one by one each.
    private static func entry(
        _ choice: LabelChoice, _ labels: [Label], _ layout: LabelLayout, by caller: BagCaller
    ) -> AuditEntry {
        let first = labels.first?.code.text ?? ""
        var after: JSONValue = [
            "layout": .string(layout.rawValue), "count": .integer(Int64(labels.count)), "first": .string(first),
            "last": .string(labels.last?.code.text ?? ""),
        ]
        if case .codes = choice { after["codes"] = .array(labels.map { .string($0.code.text) }) }
        return caller.entry("label.printed", entity: first, after: after)
    }
}
