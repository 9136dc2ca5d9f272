import Portico

/// The routes by which bills are opened, changed and taken from state to state.
struct BillRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] { [list, create, bill, change, complete, reopen, cancel, deliver] }

    private var list: Route {
        .json(
            .get, "/api/v1/bills", "listBills", "Bills, newest first", access: .permission("bill.read"),
            limit: BagLimits.read, cache: .privateRevalidated,
            refusals: [(404, "area_not_found"), (422, "invalid_cursor")]
        ) { [services] (context: RequestContext, input: BillListInput) -> Reply<ListAnswer<BillAnswer>> in
            let caller = try BagCaller(context)
            let (page, cursor) = try await services.database.read(.mayLag) { reading in
                let filter = input.filter(area: try services.area(input.areaCode, of: caller, in: reading))
                let cursor = ListCursor(signer: services.cursors, list: filter.list)
                let before = try cursor.id(input.page.cursor)
                return (try BillReader(reading).page(filter, before: before, limit: input.page.limit), cursor)
            }
            return .ok(ListAnswer(items: page.items, nextCursor: cursor.next(page)))
        }
    }

    private var create: Route {
        .json(
            .post, "/api/v1/bills", "createBill", "Open a bill", access: .permission("bill.write"),
            limit: BagLimits.write, statuses: [(.created, "The bill is open")], refusals: [(409, "bill_code_taken")]
        ) { [services] (context: RequestContext, input: NewBillInput) -> Reply<BillAnswer> in
            let answer = try await services.bills.create(try input.bill(), by: BagCaller(context))
            return .created(answer, at: "\(context.mount)/api/v1/bills/\(answer.bill.id)")
        }
    }

    private var bill: Route {
        .json(
            .get, "/api/v1/bills/{id}", "getBill", "A bill with its latest check at the gate",
            access: .permission("bill.read"), limit: BagLimits.read, cache: .privateRevalidated,
            refusals: [(404, "bill_not_found")]
        ) { [services] (context: RequestContext, input: BillInput) -> Reply<BillAnswer> in
            let caller = try BagCaller(context)
            return .ok(try await services.database.read { try BillReader($0).bill(input.id, for: caller) })
        }
    }

    private var change: Route {
        .json(
            .patch, "/api/v1/bills/{id}", "changeBill", "Change the header of an open bill",
            access: .permission("bill.write"), limit: BagLimits.write,
            refusals: [
                (404, "bill_not_found"), (409, "bill_not_open"), (409, "capacity_below_linked"), (412, "stale"),
            ]
        ) { [services] (context: RequestContext, input: BillChangeInput) -> Reply<BillAnswer> in
            .ok(
                try await services.bills.change(
                    input.id, input.change, by: BagCaller(context),
                    expecting: { try context.precondition.require($0) }))
        }
    }

    private var complete: Route {
        .json(
            .post, "/api/v1/bills/{id}/complete", "completeBill", "Say that all its sacks are on a bill",
            access: .permission("bill.write"), limit: BagLimits.write,
            refusals: [
                (404, "bill_not_found"), (409, "invalid_state"), (409, "bill_empty"), (409, "below_capacity"),
            ]
        ) { [services] (context: RequestContext, input: CompletionInput) -> Reply<BillAnswer> in
            .ok(try await services.bills.complete(input.id, shortReason: input.shortReason, by: BagCaller(context)))
        }
    }

    private var reopen: Route {
        .json(
            .post, "/api/v1/bills/{id}/reopen", "reopenBill", "Open a completed bill again",
            access: .permission("bill.write"), limit: BagLimits.write,
            refusals: [(404, "bill_not_found"), (409, "invalid_state")]
        ) { [services] (context: RequestContext, input: ReasonedBillInput) -> Reply<BillAnswer> in
            .ok(try await services.bills.reopen(input.id, reason: input.reason, by: BagCaller(context)))
        }
    }

    private var cancel: Route {
        .json(
            .post, "/api/v1/bills/{id}/cancel", "cancelBill", "Cancel a bill; its sacks are free again",
            access: .permission("bill.cancel"), limit: BagLimits.write,
            refusals: [(404, "bill_not_found"), (409, "invalid_state")]
        ) { [services] (context: RequestContext, input: ReasonedBillInput) -> Reply<BillAnswer> in
            .ok(try await services.bills.cancel(input.id, reason: input.reason, by: BagCaller(context)))
        }
    }

    private var deliver: Route {
        .json(
            .post, "/api/v1/bills/{id}/deliver", "deliverBill", "Record that the load of a bill arrived",
            access: .permission("bill.deliver"), limit: BagLimits.write,
            refusals: [(404, "bill_not_found"), (409, "invalid_state")]
        ) { [services] (context: RequestContext, input: DeliveryInput) -> Reply<BillAnswer> in
            .ok(
                try await services.bills.deliver(
                    input.id, receivedBy: input.receivedBy, note: input.note, by: BagCaller(context)))
        }
    }
}
