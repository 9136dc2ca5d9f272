import Portico

/// Leads from the identifiers of EPCIS to the pages about what they name.
struct IdentifierRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] {
        [
            .page(
                .get, "/id/{kind}/{key}", "dereference", "The page about what an identifier names",
                access: .permission("bag.read"), limit: BagLimits.read
            ) { (context: RequestContext, input: Identifier) -> PageReply in
                guard let page = try await page(input, BagCaller(context)) else {
                    throw Problem(404, "not_found", "Nothing has this identifier.")
                }
                return .redirect(to: context.mount + page.text)
            }
        ]
    }

    private func page(_ input: Identifier, _ caller: BagCaller) async throws -> PageAddress? {
        let services = services
        let catalog = try await services.presentCatalog()
        switch input.kind {
        case "obj":
            let row = try await services.database.read { try BagPosition.row(input.key, catalog, in: $0) }
            guard let row, caller.sees(row.areaCode) else { return nil }
            return PageAddress("/bags/\(PageAddress.encode(row.code))")
        case "loc":
            guard catalog.areaCodes.contains(input.key), caller.sees(input.key) else { return nil }
            return PageAddress("/bags", ["area_code": input.key])
        default: return nil
        }
    }
}

/// The last two parts of an identifier.
struct Identifier: RouteInput {
    let kind: String
    let key: String

    init(_ fields: inout FieldReader) {
        kind = fields.codeInPath("kind", "obj: a sack or bag, loc: an area, bt: a bill or return ticket")
        key = fields.codeInPath("key", "Its code or id")
    }
}

/// Finds the row that a code of either kind names.
enum BagPosition {
    /// The row of a sack's code or SSCC, or of a bag's code; nil for what is no code and for what nothing has.
    /// - Throws: ``SQLError``.
    static func row(_ text: String, _ catalog: Catalog, in reading: Reading) throws -> BagRow? {
        let lookup = BagLookup(reading)
        if let reference = try? ParentReference.parse(text, catalog: catalog.products) {
            return try lookup.sack(reference, locked: false)
        }
        guard let label = try? ChildLabel.read(text), ChildLabel.isCode(label.code) else { return nil }
        return try lookup.bag(label.code, .child, locked: false)
    }
}
