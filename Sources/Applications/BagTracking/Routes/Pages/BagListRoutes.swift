import Portico

/// The list of sacks and bags.
struct BagListRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] {
        [
            .page(
                .get, "/bags", "bagListPage", "Sacks and bags", access: .permission("bag.read"), limit: BagLimits.read
            ) { (context: RequestContext, input: BagListPageQuery) -> PageReply in
                let page = try await page(context, input)
                return page.reply(page.messages.isEmpty ? .ok : 422)
            }
        ]
    }

    private func page(_ context: RequestContext, _ input: BagListPageQuery) async throws -> BagListPage {
        let caller = try BagCaller(context)
        let services = services
        let (filter, messages) = try input.bags(by: caller)
        let (catalog, bags) = try await services.database.read(.mayLag) { reading in
            let bags = try services.page(of: filter.list, input.page, unless: messages) {
                try BagList(reading).page(filter, before: $0, limit: $1)
            }
            return (try services.catalog.catalog(in: reading), bags)
        }
        return BagListPage(
            frame: try BagFrame(context, catalog), filter: input.filter, messages: messages,
            rows: bags.items.map { BagListPage.Row($0, catalog) },
            areas: caller.areaCode == nil ? catalog.areaChoices : [], products: catalog.productChoices,
            cursor: input.page.cursor, nextCursor: bags.nextCursor)
    }
}

extension BagListPage.Row {
    /// A sack or bag as the list shows it.
    init(_ listing: BagListing, _ catalog: Catalog) {
        let row = listing.row
        self.init(
            code: row.code, kind: row.kind.rawValue, status: row.statusName, area: catalog.areaName(row.areaCode),
            product: row.productType.map { catalog.productName($0) }, childCount: row.load?.childCount,
            capacity: row.load?.capacity, parentCode: listing.place.parentCode,
            bill: listing.place.bill.map { (id: $0.id, code: $0.code) },
            lot: row.lot, isOnHold: row.hold != nil, updatedAt: row.updatedAt)
    }
}

extension BagRow {
    /// The state of a sack or bag in one word.
    var statusName: String { parentStatus?.rawValue ?? childStatus.rawValue }
}

/// The filter of the list as the page sends it.
struct BagListPageQuery: RouteInput {
    let filter: BagListPage.Filter
    let page: PageRequest

    init(_ fields: inout FieldReader) {
        filter = BagListPage.Filter(
            kind: fields.typed("kind", "parent or child"), areaCode: fields.typed("area_code", "Only this area"),
            productType: fields.typed("product_type", "Only sacks of this product type"),
            status: fields.typed("status", "Only those in this state"),
            billed: fields.typed("billed", "true or false: on a bill"),
            hold: fields.typed("hold", "true or false: on hold"), lot: fields.typed("lot", "Only bags of this lot"),
            q: fields.typed("q", "Beginning of the code, or * and its end"),
            createdFrom: fields.typed("created_from", "First seen on this day or later"),
            createdTo: fields.typed("created_to", "First seen on this day or earlier"))
        page = fields.pageCursor()
    }

    /// The same for the store, and what is wrong with it.
    /// - Throws: 404 for an area that the reader does not see.
    func bags(by caller: BagCaller) throws -> (filter: BagFilter, messages: [FieldMessage]) {
        if let area = filter.areaCode.unlessEmpty, !caller.sees(area) {
            throw Problem(404, "not_found", "There is nothing at this address.")
        }
        let days = DayFilter(
            from: filter.createdFrom, to: filter.createdTo, names: (from: "created_from", to: "created_to"))
        var messages = days.messages
        var bags = BagFilter(
            kind: BagKind(rawValue: filter.kind), areaCode: caller.areaCode ?? filter.areaCode.unlessEmpty,
            productType: filter.productType.unlessEmpty, status: BagStatus(rawValue: filter.status),
            isBilled: Bool(filter.billed), isOnHold: Bool(filter.hold),
            lot: filter.lot.unlessEmpty.map { ASCII.upperCased(ScannedText.tidied($0)) }, createdFrom: days.from,
            createdTo: days.to)
        for (field, value, isKnown) in [
            ("kind", filter.kind, bags.kind != nil), ("status", filter.status, bags.status != nil),
            ("billed", filter.billed, bags.isBilled != nil), ("hold", filter.hold, bags.isOnHold != nil),
        ] where !value.isEmpty && !isKnown {
            messages.append(FieldMessage(field, "Choose one of the list."))
        }
        do throws(FieldProblem) {
            bags.search = try filter.q.unlessEmpty.map { text throws(FieldProblem) in try BagSearch.parse(text) }
        } catch {
            messages.append(FieldMessage(error.field, error.message))
        }
        return (bags, messages)
    }
}
