import Portico

/// One box for any code, and the trace of a lot.
struct FindRoutes: Sendable {
    let services: BagTrackingServices

    private static let shownSteps = 20

    var routes: [Route] {
        [
            .page(
                .get, "/find", "findPage", "Where any code is", access: .permission("bag.read"), limit: BagLimits.search
            ) { (context: RequestContext, input: FindQuery) -> PageReply in
                if let list = FindRoutes.list(ofEnding: input.code) { return .redirect(to: list) }
                let page = try await page(context, input)
                return page.reply(FindRoutes.status(of: page.result))
            }
            .usingCamera()
        ]
    }

    private func page(_ context: RequestContext, _ input: FindQuery) async throws -> FindPage {
        let caller = try BagCaller(context)
        let services = services
        let showsLots = input.tab == "lot" && caller.may("trace.read")
        let lot = ASCII.upperCased(ScannedText.tidied(input.lot))
        return try await services.database.read { reading in
            let catalog = try services.catalog.catalog(in: reading)
            var page = FindPage(
                frame: try BagFrame(context, catalog), code: input.code, showsLots: showsLots, lot: lot)
            page.frame.searched = showsLots ? "" : input.code
            if showsLots {
                page.trace = try lot.unlessEmpty.flatMap { try LotTrace($0, in: reading) }.map { FindPage.Trace($0) }
            } else if !ScannedText.tidied(input.code).isEmpty {
                page.result = try FindRoutes.result(input.code, caller, catalog, reading)
            }
            return page
        }
    }

    private static func result(
        _ code: String, _ caller: BagCaller, _ catalog: Catalog, _ reading: Reading
    ) throws -> FindPage.Result {
        let finder = BagFinder(reading, products: catalog.products, areaCode: caller.areaCode)
        do {
            let found: BagListing
            switch try CodeResolver(finder: finder).resolve(code) {
            case .bill(let bill):
                return .bill(
                    FindPage.Bill(
                        id: String(bill.id), code: bill.code, state: bill.state.rawValue,
                        consignee: bill.header.consignee, destination: bill.header.destination))
            case .ticket(let ticket):
                return .ticket(
                    FindPage.Ticket(
                        id: ticket.id, code: ticket.code, state: ticket.state, location: ticket.location))
            case .bag(let listing): found = listing
            }
            let history = BagHistory(session: reading, row: found.row, areaCode: caller.areaCode)
            let steps = try history.page(after: nil, limit: shownSteps).items
            let bill = try FindPage.Bill(found.place.bill, in: reading)
            return .bag(FindPage.Found(found.row, found.place, bill, steps, catalog))
        } catch let refusal as Refusal where refusal.status == .notFound {
            return .unknown(suggestions: refusal.suggestions ?? [])
        } catch let refusal as Refusal {
            return .invalid(refusal.detail)
        }
    }

    /// `*6586` asks for all codes that end so (rule R46): the list answers that, of both kinds.
    private static func list(ofEnding code: String) -> String? {
        let code = ScannedText.tidied(code)
        return code.hasPrefix("*") ? PageAddress("/bags/bags", ["q": code]).text : nil
    }

    /// The page answers as the API does.
    private static func status(of result: FindPage.Result) -> HTTPStatus {
        switch result {
        case .unknown: 404
        case .invalid: 422
        case .nothingAsked, .bag, .bill, .ticket: .ok
        }
    }
}

/// What is sought.
struct FindQuery: RouteInput {
    let code: String
    let tab: String
    let lot: String

    init(_ fields: inout FieldReader) {
        code = fields.typed("code", "Any code: of a bag, a sack, an SSCC")
        tab = fields.typed("tab", "lot: trace a lot")
        lot = fields.typed("lot", "The lot to be traced")
    }
}
