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
            let row = try await services.database.read { reading in
                try BagFinder(reading, products: catalog.products, areaCode: caller.areaCode).bag(input.key)
            }
            return row.map { PageAddress("/bags/\(PageAddress.encode($0.code))") }
        case "loc":
            guard catalog.areaCodes.contains(input.key), caller.sees(input.key) else { return nil }
            return PageAddress("/bags", ["area_code": input.key])
        case "bt" where input.key.hasPrefix("RTN-"): return try await ticket(input.key, caller)
        case "bt":
            let row = try await services.database.read { reading in
                try Int64(input.key).flatMap { try BillLookup(reading).bill($0, locked: false) }
            }
            guard let row, caller.sees(row.areaCode) else { return nil }
            return PageAddress("/bills/\(row.id)")
        default: return nil
        }
    }

    /// The page of a return ticket, for those who have it.
    private func ticket(_ code: String, _ caller: BagCaller) async throws -> PageAddress? {
        guard caller.may("return.write") else { return nil }
        let found = try await services.database.read { reading in
            try reading.first("return_tickets.by_code", "SELECT id, area_code FROM return_tickets WHERE code = \(code)")
            {
                (id: try $0[0] as Int64, area: try $0[1] as String)
            }
        }
        guard let found, caller.sees(found.area) else { return nil }
        return PageAddress("/returns/\(found.id)")
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
