import Portico

/// The routes of the return point: tickets, and scanning sacks onto them (rules R29–R31).
struct ReturnRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] { [list, create, ticket, scan.matters(.critical), commit, cancel] }

    private var list: Route {
        .json(
            .get, "/api/v1/returns", "listReturns", "Return tickets, newest first", access: .permission("return.write"),
            limit: BagLimits.read, cache: .privateRevalidated,
            refusals: [(404, "area_not_found"), (422, "invalid_cursor")]
        ) { [services] (context: RequestContext, input: TicketListInput) -> Reply<ListAnswer<TicketAnswer>> in
            let caller = try BagCaller(context)
            return .ok(
                try await services.database.read(.mayLag) { reading in
                    let filter = input.filter(area: try services.area(input.areaCode, of: caller, in: reading))
                    return try services.page(of: filter.list, input.page) {
                        try TicketLookup(reading).page(filter, before: $0, limit: $1)
                    }.answer
                })
        }
    }

    private var create: Route { services.judgingArea(plainCreate) }

    private var plainCreate: Route {
        .json(
            .post, "/api/v1/returns", "createReturn", "Open a return ticket", access: .permission("return.write"),
            limit: BagLimits.write, statuses: [(.created, "The ticket is open")]
        ) { [services] (context: RequestContext, input: NewTicketInput) -> Reply<TicketAnswer> in
            let caller = try BagCaller(context)
            try AreaRules.checkBody(area: input.areaCode, userArea: caller.areaCode)
            let answer = try await services.returns.create(
                try input.header(), areaCode: input.areaCode, by: caller)
            return .created(answer, at: "\(context.mount)/api/v1/returns/\(answer.ticket.id)")
        }
    }

    private var ticket: Route {
        .json(
            .get, "/api/v1/returns/{id}", "getReturn", "A return ticket with its sacks",
            access: .permission("return.write"), limit: BagLimits.read, cache: .privateRevalidated,
            refusals: [(404, "ticket_not_found")]
        ) { [services] (context: RequestContext, input: TicketInput) -> Reply<TicketAnswer> in
            let caller = try BagCaller(context)
            return .ok(
                try await services.database.read { reading in
                    let lookup = TicketLookup(reading)
                    return try lookup.answer(try lookup.ticket(input.id, for: caller, locked: false))
                })
        }
    }

    private var scan: Route {
        .json(
            .post, "/api/v1/returns/{id}/scans", "scanReturn", "Scan a sack onto an open return ticket",
            access: .permission("return.write"), limit: BagLimits.scan,
            statuses: [
                (.created, "The sack is on the ticket and off its bill"),
                (.ok, "It was there, or this is the first answer again"),
            ],
            refusals: [
                (404, "ticket_not_found"), (404, "parent_not_found"), (404, "sscc_not_assigned"),
                (409, "ticket_not_open"), (409, "not_billed"), (409, "not_dispatched"), (422, "invalid_parent_code"),
                (422, "invalid_sscc"), (422, "too_long"), (422, "client_scan_id_reused"),
            ]
        ) { [services] (context: RequestContext, input: ReturnScanInput) -> Reply<ScanAnswer> in
            try await services.scans.scan(input.request(at: context.now), by: BagCaller(context)).reply(context)
        }
    }

    private var commit: Route {
        .json(
            .post, "/api/v1/returns/{id}/commit", "commitReturn", "Say that all sacks of a ticket have come in",
            access: .permission("return.write"), limit: BagLimits.write,
            refusals: [(404, "ticket_not_found"), (409, "ticket_not_open"), (409, "ticket_empty")]
        ) { [services] (context: RequestContext, input: TicketInput) -> Reply<TicketAnswer> in
            .ok(try await services.returns.commit(input.id, by: BagCaller(context)))
        }
    }

    private var cancel: Route {
        .json(
            .post, "/api/v1/returns/{id}/cancel", "cancelReturn",
            "Cancel a ticket: its sacks go back onto their bills where that is still possible",
            access: .permission("return.write"), limit: BagLimits.write,
            refusals: [(404, "ticket_not_found"), (409, "ticket_not_open")]
        ) { [services] (context: RequestContext, input: TicketInput) -> Reply<TicketAnswer> in
            .ok(try await services.returns.cancel(input.id, by: BagCaller(context)))
        }
    }
}
