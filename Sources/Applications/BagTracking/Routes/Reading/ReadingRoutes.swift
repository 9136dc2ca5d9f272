import Portico

/// Lists and single things: scans, sacks and bags, and what any code is.
struct ReadingRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] { [scans, resolve, bags, bag, history] }

    private var scans: Route {
        .json(
            .get, "/api/v1/scans", "listScans", "Scans, newest first", access: .permission("bag.read"),
            limit: BagLimits.read, cache: .privateRevalidated, refusals: [(422, "invalid_cursor")]
        ) { [services] (context: RequestContext, input: ScanListInput) -> Reply<ListAnswer<ScanItem>> in
            let asked = try input.filter(for: BagCaller(context))
            return .ok(
                try await services.database.read(.mayLag) { reading in
                    let filter = try asked.named(in: reading)
                    return try services.page(of: filter.list, input.page) {
                        try ScanLog(reading).page(filter, before: $0, limit: $1)
                    }.answer
                })
        }
    }

    private var resolve: Route {
        .json(
            .get, "/api/v1/resolve", "resolve", "What any code is: sack, SSCC, bag, label, bill, return ticket",
            access: .permission("bag.read"), limit: BagLimits.search, cache: .privateRevalidated,
            refusals: [(404, "unknown_code"), (422, "too_long"), (422, "invalid_sscc")]
        ) { [services] (context: RequestContext, input: ResolveInput) -> Reply<ResolvedAnswer> in
            let caller = try BagCaller(context)
            return .ok(
                try await services.database.read { reading in
                    let resolver = CodeResolver(finder: try services.finder(reading, for: caller))
                    switch try resolver.resolve(input.code) {
                    case .bag(let found):
                        return ResolvedAnswer(
                            type: found.row.kind == .parent ? .parent : .child, code: found.row.code, id: found.row.id,
                            url: "\(context.mount)/bags/\(found.row.code)",
                            bag: try BagAnswer(found, services.identifiers))
                    case .bill(let bill):
                        return ResolvedAnswer(
                            type: .bill, code: bill.code, id: bill.id, url: "\(context.mount)/bills/\(bill.id)",
                            bill: try BillReader(reading).answer(bill, for: caller))
                    case .ticket(let ticket):
                        return ResolvedAnswer(
                            type: .returnTicket, code: ticket.code, id: ticket.id,
                            url: "\(context.mount)/returns/\(ticket.id)")
                    }
                })
        }
    }

    private var bags: Route {
        .json(
            .get, "/api/v1/bags", "listBags", "Sacks and bags, newest first", access: .permission("bag.read"),
            limit: BagLimits.read, cache: .privateRevalidated,
            refusals: [(404, "area_not_found"), (422, "invalid_cursor")]
        ) { [services] (context: RequestContext, input: BagListInput) -> Reply<ListAnswer<BagAnswer>> in
            let caller = try BagCaller(context)
            let page = try await services.database.read(.mayLag) { reading in
                let filter = input.filter(area: try services.area(input.areaCode, of: caller, in: reading))
                return try services.page(of: filter.list, input.page) {
                    try BagList(reading).page(filter, before: $0, limit: $1)
                }
            }
            return .ok(try page.answer { try BagAnswer($0, services.identifiers) })
        }
    }

    private var bag: Route {
        .json(
            .get, "/api/v1/bags/{code}", "getBag", "A sack with its bags, or a bag", access: .permission("bag.read"),
            limit: BagLimits.read, cache: .privateRevalidated, refusals: [(404, "bag_not_found")]
        ) { [services] (context: RequestContext, input: BagInput) -> Reply<BagDetailAnswer> in
            let caller = try BagCaller(context)
            let dossier = try await services.database.read { reading in
                try services.finder(reading, for: caller).dossier(input.code)
            }
            return .ok(try BagDetailAnswer(dossier, services.identifiers))
        }
    }

    private var history: Route {
        .json(
            .get, "/api/v1/bags/{code}/history", "listBagHistory", "What happened to a sack or bag, newest first",
            access: .permission("bag.read"), limit: BagLimits.read, cache: .privateRevalidated,
            refusals: [(404, "bag_not_found"), (422, "invalid_cursor")]
        ) { [services] (context: RequestContext, input: HistoryInput) -> Reply<ListAnswer<HistoryItem>> in
            let caller = try BagCaller(context)
            let (page, cursor) = try await services.database.read(.mayLag) { reading in
                guard let row = try services.finder(reading, for: caller).bag(input.code) else {
                    throw Refusal.bagNotFound(input.code)
                }
                let cursor = ListCursor(signer: services.cursors, list: ListCursor.name("history", [row.code]))
                let after = try cursor.position(input.page.cursor)
                let history = BagHistory(session: reading, row: row, areaCode: caller.areaCode)
                return (try history.page(after: after, limit: input.page.limit), cursor)
            }
            return .ok(ListAnswer(items: page.items.map { HistoryItem(step: $0) }, nextCursor: cursor.next(page)))
        }
    }
}

extension BagTrackingServices {
    /// Finds sacks and bags as a caller sees them.
    /// - Throws: ``SQLError``.
    func finder<Session: SQLSession>(_ session: Session, for caller: BagCaller) throws -> BagFinder<Session> {
        BagFinder(session, products: try catalog.catalog(in: session).products, areaCode: caller.areaCode)
    }

    /// The area a caller asks about. The database is asked only when the catalogue decides.
    /// - Throws: ``Refusal`` 404, ``SQLError``.
    func area(_ asked: String?, of caller: BagCaller) async throws -> String? {
        if asked == nil || caller.areaCode != nil {
            return try caller.area(asked: asked, among: Catalog(version: 0, products: ProductCatalog([]), areas: []))
        }
        return try await database.read { try area(asked, of: caller, in: $0) }
    }

    /// The same inside a snapshot.
    /// - Throws: ``Refusal`` 404, ``SQLError``.
    func area(_ asked: String?, of caller: BagCaller, in session: some SQLSession) throws -> String? {
        if asked == nil || caller.areaCode != nil {
            return try caller.area(asked: asked, among: Catalog(version: 0, products: ProductCatalog([]), areas: []))
        }
        return try caller.area(asked: asked, among: try catalog.catalog(in: session))
    }
}
