import Portico

/// The pages of the return point and their forms.
struct ReturnPageRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] { [list, create, show, scan, closing("commit"), closing("cancel")] }

    private static let access = Access.permission("return.write")

    private struct Query: RouteInput {
        let filter: ReturnsPage.Filter
        let page: PageRequest

        init(_ fields: inout FieldReader) {
            filter = ReturnsPage.Filter(
                state: fields.typed("state", "Only tickets in this state"),
                areaCode: fields.typed("area_code", "Only tickets of this area"),
                q: fields.typed("q", "Codes that begin so"))
            page = fields.pageCursor()
        }
    }

    private struct Form: RouteInput {
        let values: [String: String]

        init(_ fields: inout FieldReader) {
            var values: [String: String] = [:]
            values["area_code"] = fields.typed("area_code", "The area that takes the sacks back")
            values["location"] = fields.typed("location", "Where")
            values["consignee"] = fields.typed("consignee", "Who brings them")
            values["notes"] = fields.typed("notes", "What there is to say")
            self.values = values
        }

        /// What was typed.
        /// - Parameter areas: those that take something new.
        /// - Throws: ``Refusal`` that names every field that is wrong, the area among them.
        func header(among areas: Set<String>) throws(Refusal) -> TicketHeader {
            let (place, consignee, notes) = (values["location"] ?? "", values["consignee"], values["notes"])
            var problems = TicketHeader.problems(location: place, consignee: consignee, notes: notes)
            let area = values["area_code"] ?? ""
            if area.isEmpty {
                problems.append(.required("area_code", "Choose an area."))
            } else if !areas.contains(area) {
                problems.append(.unknownArea)
            }
            guard problems.isEmpty else { throw .validation(problems) }
            return try TicketHeader(location: place, consignee: consignee, notes: notes)
        }
    }

    // MARK: - Tickets

    private var list: Route {
        .page(
            .get, "/returns", "returnsPage", "Return tickets", access: ReturnPageRoutes.access, limit: BagLimits.read
        ) { (context: RequestContext, input: Query) -> PageReply in
            let page = try await page(context, input.filter, input.page)
            return page.reply(page.messages.isEmpty ? .ok : 422)
        }
    }

    private var create: Route {
        .page(
            .post, "/returns", "submitReturn", "Open a return ticket by the form", access: ReturnPageRoutes.access,
            limit: BagLimits.write
        ) { [services] (context: RequestContext, input: Form) -> PageReply in
            try await FormRefusal.answer {
                let area = input.values["area_code"] ?? ""
                let known = try await services.presentCatalog().activeAreas
                let header = try input.header(among: known)
                let made = try await services.returns.create(header, areaCode: area, by: BagCaller(context))
                return "\(context.mount)/returns/\(made.ticket.id)"
            } orShow: { refusal in
                var page = try await page(context, ReturnsPage.Filter())
                page.form = refusal.form(input.values)
                return page
            }
        }
    }

    private func page(
        _ context: RequestContext, _ filter: ReturnsPage.Filter, _ request: PageRequest = PageRequest()
    ) async throws -> ReturnsPage {
        let caller = try BagCaller(context)
        let services = services
        let state = TicketState(rawValue: filter.state)
        let isSound = filter.state.isEmpty || state != nil
        let messages = isSound ? [] : [FieldMessage("state", "Choose one of the list.")]
        let wanted = TicketFilter(
            state: state, areaCode: caller.areaCode ?? filter.areaCode.unlessEmpty,
            prefix: ASCII.upperCased(ScannedText.tidied(filter.q)).unlessEmpty)
        let (catalog, tickets) = try await services.database.read(.mayLag) { reading in
            let tickets = try services.page(of: wanted.list, request, unless: messages) {
                try TicketLookup(reading).page(wanted, before: $0, limit: $1)
            }
            return (try services.catalog.catalog(in: reading), tickets)
        }
        return ReturnsPage(
            frame: try BagFrame(context, catalog), filter: filter, messages: messages, tickets: tickets.items,
            areas: catalog.areaChoices, activeAreas: catalog.activeAreaChoices, cursor: request.cursor,
            nextCursor: tickets.nextCursor)
    }

    // MARK: - One ticket

    private struct Target: RouteInput {
        let id: Int64
        let scan: String
        let condition: String
        let done: String

        init(_ fields: inout FieldReader) {
            id = fields.identifier("id", "The ticket")
            scan = fields.typed("scan", "The scan just made")
            condition = fields.typed("condition", "The condition chosen last")
            done = fields.typed("done", "What a form has just done")
        }
    }

    private var show: Route {
        .page(
            .get, "/returns/{id}", "returnPage", "A return ticket", access: ReturnPageRoutes.access,
            limit: BagLimits.read
        ) { [services] (context: RequestContext, input: Target) -> PageReply in
            var page = try await TicketDesk(services: services, context: context).page(input.id, scan: input.scan)
            page.condition = ReturnCondition(rawValue: input.condition) ?? .good
            page.frame.notices = DoneNotice.notices(input.done)
            return page.reply()
        }.usingCamera()
    }

    private var scan: Route {
        .page(
            .post, "/returns/{id}/scans", "submitReturnScan", "Scan a sack onto a ticket by the form",
            access: ReturnPageRoutes.access, limit: BagLimits.scan
        ) { [services] (context: RequestContext, form: TicketScanForm) -> PageReply in
            let desk = TicketDesk(services: services, context: context)
            switch try await desk.take(form) {
            case .success(let id):
                let address = PageAddress(
                    "\(context.mount)/returns/\(form.id)",
                    ["condition": form.condition.rawValue, "scan": String(id)])
                return .redirect(to: address.text)
            case .failure(let refusal):
                var page = try await desk.page(form.id)
                page.condition = form.condition
                page.scanned = StationPage.Answer(refusal)
                page.typed = form.code
                return page.reply(refusal.status)
            }
        }.usingCamera().matters(.critical)
    }

    private func closing(_ act: String) -> Route {
        .page(
            .post, "/returns/{id}/\(act)", act == "commit" ? "submitReturnCommit" : "submitReturnCancel",
            "Close a return ticket by the form: \(act)", access: ReturnPageRoutes.access, limit: BagLimits.write
        ) { [services] (context: RequestContext, input: Target) -> PageReply in
            try await FormRefusal.answer {
                let caller = try BagCaller(context)
                _ =
                    act == "commit"
                    ? try await services.returns.commit(input.id, by: caller)
                    : try await services.returns.cancel(input.id, by: caller)
                return "\(context.mount)/returns/\(input.id)?done=return/\(act)"
            } orShow: { refusal in
                var page = try await TicketDesk(services: services, context: context).page(input.id)
                page.refusal = refusal.notice("The ticket stays as it is")
                return page
            }
        }
    }
}

/// A scan as the box of a return ticket sends it.
struct TicketScanForm: RouteInput {
    let id: Int64
    let code: String
    let condition: ReturnCondition
    let clientScanID: String

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", in: .path, "The ticket")
        code = fields.typed("code", "The sack's code or SSCC as it was read")
        condition = ReturnCondition(rawValue: fields.typed("condition", "How the sack is")) ?? .good
        clientScanID = fields.typed("client_scan_id", "The form's own id of the scan")
    }
}

/// Takes the scans of a ticket's form and reads what its page shows.
struct TicketDesk: Sendable {
    let services: BagTrackingServices
    let context: RequestContext

    /// Takes a scan.
    /// - Returns: its id, or why it was refused.
    /// - Throws: ``Refusal`` `ticket_not_found`, ``SQLError``.
    func take(_ form: TicketScanForm) async throws -> Result<Int64, StationRefusal> {
        guard !ScannedText.tidied(form.code).isEmpty else {
            let missing = Refusal.validation([.required("code", "Scan or type a sack.")])
            return .failure(StationRefusal(missing, typed: form.code))
        }
        let id = ClientScanID(form.clientScanID) ?? ClientScanID(UUIDv7(at: context.now))
        var request = ScanRequest(kind: .return, code: form.code, clientScanID: id)
        request.ticketID = form.id
        request.condition = form.condition
        do {
            let result = try await services.scans.scan(request, by: BagCaller(context))
            return result.isProblem ? .failure(StationRefusal(result, typed: form.code)) : .success(result.scanID)
        } catch let refusal as Refusal where refusal.code != "ticket_not_found" {
            return .failure(StationRefusal(refusal, typed: form.code))
        }
    }

    /// The page of a ticket, with what the last scan came to.
    /// - Throws: ``Refusal`` `ticket_not_found`, ``SQLError``.
    func page(_ id: Int64, scan: String = "") async throws -> TicketPage {
        let caller = try BagCaller(context)
        let services = services
        let filter = ScanFilter(kind: .return, ticketID: id)
        let (catalog, answer, recent) = try await services.database.read { reading in
            let lookup = TicketLookup(reading)
            let ticket = try lookup.ticket(id, for: caller, locked: false)
            return (
                try services.catalog.catalog(in: reading), try lookup.answer(ticket),
                ticket.state == .open ? try ScanLog(reading).page(filter, before: nil, limit: 20).items : []
            )
        }
        return TicketPage(
            frame: try BagFrame(context, catalog), userID: String(caller.userID), answer: answer,
            areaName: catalog.areaName(answer.ticket.areaCode),
            scanned: recent.first { String($0.id) == scan }.map { StationPage.Answer($0) },
            clientScanID: UUIDv7(at: context.now).description,
            recent: recent.map { ScanLine($0, for: caller, catalog, window: services.settings.undoWindow) },
            products: catalog.products.types.map { StationPage.Product($0) })
    }
}
