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
            return .ok(
                try await services.database.read(.mayLag) { reading in
                    let filter = input.filter(area: try services.area(input.areaCode, of: caller, in: reading))
                    return try services.page(of: filter.list, input.page) {
                        try BillReader(reading).page(filter, for: caller, before: $0, limit: $1)
                    }.answer
                })
        }
    }

    private var create: Route { services.judgingArea(plainCreate) }

    private var plainCreate: Route {
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
        services.billRoute(
            "/complete", "completeBill", "Say that all its sacks are on a bill", permission: "bill.write",
            refusals: ["invalid_state", "bill_empty", "below_capacity"]
        ) { (services, input: CompletionInput, caller) in
            try await services.bills.complete(input.id, shortReason: input.shortReason, by: caller)
        }
    }

    private var reopen: Route {
        services.billRoute(
            "/reopen", "reopenBill", "Open a completed bill again", permission: "bill.write",
            refusals: ["invalid_state"]
        ) { (services, input: ReasonedBillInput, caller) in
            try await services.bills.reopen(input.id, reason: input.reason, by: caller)
        }
    }

    private var cancel: Route {
        services.billRoute(
            "/cancel", "cancelBill", "Cancel a bill; its sacks are free again", permission: "bill.cancel",
            refusals: ["invalid_state"]
        ) { (services, input: ReasonedBillInput, caller) in
            try await services.bills.cancel(input.id, reason: input.reason, by: caller)
        }
    }

    private var deliver: Route {
        services.billRoute(
            "/deliver", "deliverBill", "Record that the load of a bill arrived", permission: "bill.deliver",
            refusals: ["invalid_state"]
        ) { (services, input: DeliveryInput, caller) in
            try await services.bills.deliver(
                input.id, receivedBy: input.receivedBy, note: input.note, by: caller)
        }
    }
}

extension BagTrackingServices {
    /// A route that does one thing to a bill and answers with the bill as it is then.
    /// - Parameters:
    ///   - path: the end of the path, below that of the bill.
    ///   - refusals: codes of the 409s, besides the 404 of a bill that the caller does not see.
    func billRoute<Input: RouteInput>(
        _ path: String, _ name: String, _ summary: String, permission: String, refusals: [String],
        _ act: @escaping @Sendable (BagTrackingServices, Input, BagCaller) async throws -> BillAnswer
    ) -> Route {
        .json(
            .post, "/api/v1/bills/{id}\(path)", name, summary, access: .permission(permission),
            limit: BagLimits.write, refusals: [(404, "bill_not_found")] + refusals.map { (409, $0) }
        ) { (context: RequestContext, input: Input) -> Reply<BillAnswer> in
            .ok(try await act(self, input, BagCaller(context)))
        }
    }
}
