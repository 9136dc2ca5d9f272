import Portico

/// Reads everything that the page of a sack or bag shows.
struct BagDetail: Sendable {
    let services: BagTrackingServices
    let context: RequestContext

    private static let shownSteps = 50

    /// The page.
    /// - Parameter older: where the part of the history to be shown begins; nil for the newest.
    /// - Throws: ``Refusal`` `bag_not_found`, ``SQLError``.
    func page(_ code: String, older: String? = nil) async throws -> BagDetailPage {
        let caller = try BagCaller(context)
        let services = services
        let context = context
        return try await services.database.read { reading in
            let catalog = try services.catalog.catalog(in: reading)
            let finder = BagFinder(reading, products: catalog.products, areaCode: caller.areaCode)
            let dossier = try finder.dossier(code)
            let cursor = ListCursor(
                signer: services.cursors, list: ListCursor.name("history", [dossier.row.code, caller.areaCode]))
            let history = try BagHistory(session: reading, row: dossier.row, areaCode: caller.areaCode)
                .page(after: try cursor.position(older), limit: BagDetail.shownSteps)
            var page = BagDetailPage(
                dossier, try FindPage.Bill(dossier.place.bill, in: reading), history.items,
                frame: try BagFrame(context, catalog), catalog, services.identifiers)
            let address = PageAddress(CodeLink.address(dossier.row.code))
            page.nextSteps = cursor.next(history).map { address.setting("older", $0).text }
            return page
        }
    }
}

extension BagDetailPage {
    /// The page about a sack or bag.
    init(
        _ dossier: BagDossier, _ bill: FindPage.Bill?, _ steps: [HistoryStep], frame: BagFrame, _ catalog: Catalog,
        _ identifiers: EPCIdentifiers
    ) {
        let row = dossier.row
        self.init(
            frame: frame, code: row.code, kind: row.kind.rawValue, status: row.statusName,
            area: catalog.areaName(row.areaCode), product: row.productType.map { catalog.productName($0) },
            childCount: row.load?.childCount, capacity: row.load?.capacity, weightGrams: row.load?.weightGrams,
            expectedWeightGrams: row.load?.expectedWeightGrams, sscc: row.sscc,
            epc: identifiers.sack(row.code, sscc: row.sscc),
            hold: row.hold.map { Hold(reason: $0.reason, since: $0.since) }, lot: row.lot, testDate: row.testDate?.text,
            parentCode: dossier.place.parentCode, bill: bill,
            createdAt: row.createdAt, updatedAt: row.updatedAt,
            children: dossier.children.map {
                Child(code: $0.code, lot: $0.lot, linkedAt: $0.linkedAt, linkedBy: $0.linkedBy.name)
            },
            steps: steps.map { FindPage.Step($0) })
    }
}

/// The page of a sack or bag.
struct BagDetailRoutes: Sendable {
    private struct Query: RouteInput {
        let code: String
        let older: String
        let done: String

        init(_ fields: inout FieldReader) {
            code = fields.codeInPath()
            older = fields.typed("older", "Where the older part of the history begins")
            done = fields.typed("done", "What a form has just done")
        }
    }

    let services: BagTrackingServices

    var routes: [Route] {
        [
            .page(
                .get, "/bags/{code}", "bagDetailPage", "Everything about a sack or bag",
                access: .permission("bag.read"), limit: BagLimits.read
            ) { [services] (context: RequestContext, input: Query) -> PageReply in
                var page = try await BagDetail(services: services, context: context)
                    .page(input.code, older: input.older.unlessEmpty)
                page.frame.notices = DoneNotice.notices(input.done)
                return page.reply()
            }
        ]
    }
}
