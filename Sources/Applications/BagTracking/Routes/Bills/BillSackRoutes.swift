import Portico

/// The sacks of a bill: listing, putting on, taking off (rule R25).
struct BillSackRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] { [list, add.matters(.critical), remove] }

    /// The refusals of a code that is to be a sack's.
    static let codeRefusals: [(HTTPStatus, String)] = [
        (404, "bill_not_found"), (404, "parent_not_found"), (404, "sscc_not_assigned"), (422, "invalid_parent_code"),
        (422, "invalid_sscc"), (422, "too_long"), (422, "client_scan_id_reused"),
    ]

    private var list: Route {
        .json(
            .get, "/api/v1/bills/{id}/parents", "listBillParents", "The sacks on a bill, in the order they were added",
            access: .permission("bill.read"), limit: BagLimits.read, cache: .privateRevalidated,
            refusals: [(404, "bill_not_found"), (422, "invalid_cursor")]
        ) { [services] (context: RequestContext, input: BillSackListInput) -> Reply<ListAnswer<ParentAnswer>> in
            let caller = try BagCaller(context)
            let cursor = ListCursor(
                signer: services.cursors, list: ListCursor.name("bill_parents", [String(input.id)]))
            let after = try BillPlace.read(try cursor.position(input.page.cursor))
            let (bill, page) = try await services.database.read { reading in
                let bill = try BillLookup(reading).bill(input.id, for: caller, locked: false)
                let page = try BillReader(reading).sacks(of: bill.id, after: after, limit: input.page.limit)
                return (bill, page)
            }
            let place = ParentAnswer.Bill(id: bill.id, code: bill.code, state: bill.state.rawValue)
            let items = page.items.compactMap { ParentAnswer($0, bill: place, identifiers: services.identifiers) }
            return .ok(ListAnswer(items: items, nextCursor: cursor.next(page)))
        }
    }

    private var add: Route {
        .json(
            .post, "/api/v1/bills/{id}/parents", "addBillParent", "Scan a sack onto an open bill",
            access: .permission("bill.write"), limit: BagLimits.scan,
            statuses: [
                (.created, "The sack is on the bill now"), (.ok, "It was there, or this is the first answer again"),
            ],
            refusals: BillSackRoutes.codeRefusals + [
                (409, "bill_not_open"), (409, "bag_retired"), (409, "other_area"), (409, "billed_elsewhere"),
                (409, "on_hold"), (409, "parent_empty"), (409, "capacity_reached"),
            ]
        ) { [services] (context: RequestContext, input: BillScanInput) -> Reply<ScanAnswer> in
            let request = input.request(.bill, at: context.now)
            return try await services.scans.scan(request, by: BagCaller(context)).reply(context)
        }
    }

    private var remove: Route {
        .json(
            .delete, "/api/v1/bills/{id}/parents/{code}", "removeBillParent", "Take a sack off an open bill",
            access: .permission("bill.write"), limit: BagLimits.write, statuses: [(.noContent, "It is off the bill")],
            refusals: [(404, "bill_not_found"), (404, "parent_not_found"), (409, "bill_not_open")]
        ) { [services] (context: RequestContext, input: BillSackInput) -> Reply<NoContent> in
            try await services.bills.remove(input.code, from: input.id, by: BagCaller(context))
            return Reply(NoContent(), status: .noContent)
        }
    }
}

/// Where a page of a bill's sacks begins.
enum BillPlace {
    /// - Throws: 422 `invalid_cursor` for what is no place.
    static func read(_ position: [String]?) throws -> (place: Int64, id: Int64)? {
        guard let position else { return nil }
        guard position.count == 2, let place = Int64(position[0]), let id = Int64(position[1]) else {
            throw ListCursor.refusal
        }
        return (place, id)
    }
}
