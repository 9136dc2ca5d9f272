import Portico

/// The list of bills, the page of one, and its sheet.
struct BillPageRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] { [list, create, bill, sheet] }

    private var list: Route {
        .page(
            .get, "/bills", "billListPage", "Bills by state", access: .permission("bill.read"), limit: BagLimits.read
        ) { (context: RequestContext, input: BillListPageQuery) -> PageReply in
            let page = try await page(context, input)
            return page.reply(page.messages.isEmpty ? .ok : 422)
        }
    }

    private var create: Route {
        .page(
            .post, "/bills", "submitBill", "Open a bill by the form", access: .permission("bill.write"),
            limit: BagLimits.write
        ) { [services] (context: RequestContext, form: NewBillForm) -> PageReply in
            try await FormRefusal.answer {
                let made = try await services.bills.create(form.bill(), by: BagCaller(context))
                return PageAddress("\(context.mount)/bills/\(made.bill.id)", ["done": "billed"]).text
            } orShow: { refusal in
                var page = try await page(context, BillListPageQuery())
                page.form = refusal.form(form.values, about: "code")
                return page
            }
        }
    }

    private var bill: Route {
        .page(
            .get, "/bills/{id}", "billPage", "Everything about a bill", access: .permission("bill.read"),
            limit: BagLimits.read
        ) { [services] (context: RequestContext, input: BillPageQuery) -> PageReply in
            var page = try await BillDesk(services: services, context: context).page(input.id, scan: input.scan)
            page.frame.notices = DoneNotice.notices(input.done)
            return page.reply()
        }.usingCamera()
    }

    private var sheet: Route {
        .page(
            .get, "/bills/{id}/sheet", "billSheetPage", "A bill to be printed", access: .permission("bill.read"),
            limit: BagLimits.read
        ) { [services] (context: RequestContext, input: BillPageQuery) -> PageReply in
            try await BillDesk(services: services, context: context).sheet(input.id).reply()
        }
    }

    private func page(_ context: RequestContext, _ input: BillListPageQuery) async throws -> BillListPage {
        let caller = try BagCaller(context)
        let services = services
        let (filter, messages) = try input.bills(by: caller)
        let (catalog, bills) = try await services.database.read(.mayLag) { reading in
            let bills = try services.page(of: filter.list, input.page, unless: messages) {
                try BillReader(reading).page(filter, for: caller, before: $0, limit: $1)
            }
            return (try services.catalog.catalog(in: reading), bills)
        }
        return BillListPage(
            frame: try BagFrame(context, catalog), filter: input.filter, messages: messages, rows: bills.items,
            areaNames: catalog.areaNames, areas: caller.areaCode == nil ? catalog.areaChoices : [],
            openAreas: catalog.activeAreaChoices, cursor: input.page.cursor,
            nextCursor: bills.nextCursor)
    }
}

/// What the page of a bill is asked for.
struct BillPageQuery: RouteInput {
    let id: Int64
    let done: String
    let scan: String

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The bill")
        done = fields.typed("done", "What a form has just done")
        scan = fields.typed("scan", "Id of the scan to be confirmed")
    }
}

/// The filter of the list as the page sends it.
struct BillListPageQuery: RouteInput {
    var filter = BillListPage.Filter()
    var page = PageRequest()

    init() {}

    init(_ fields: inout FieldReader) {
        filter = BillListPage.Filter(
            state: fields.typed("state", "Only bills in this state"),
            areaCode: fields.typed("area_code", "Only this area"), q: fields.typed("q", "Beginning of the code"),
            from: fields.typed("from", "Opened on this day or later"),
            to: fields.typed("to", "Opened on this day or earlier"),
            findings: fields.typed("findings", "true: only those at the gate with foreign sacks"))
        page = fields.pageCursor()
    }

    /// The same for the store, and what is wrong with it.
    /// - Throws: 404 for an area that the reader does not see.
    func bills(by caller: BagCaller) throws -> (filter: BillFilter, messages: [FieldMessage]) {
        if let area = filter.areaCode.unlessEmpty, !caller.sees(area) {
            throw Problem(404, "not_found", "There is nothing at this address.")
        }
        let days = DayFilter(from: filter.from, to: filter.to)
        var messages = days.messages
        let state = filter.state.unlessEmpty.flatMap { BillState(rawValue: $0) }
        if state == nil, !filter.state.isEmpty { messages.append(FieldMessage("state", "Choose one of the list.")) }
        let bills = BillFilter(
            state: state, areaCode: caller.areaCode ?? filter.areaCode.unlessEmpty,
            prefix: BillCode.tidied(filter.q).unlessEmpty, from: days.from, to: days.to,
            hasFindings: filter.findings == "true")
        return (bills, messages)
    }
}

/// A new bill as the form sends it.
struct NewBillForm: RouteInput {
    let values: [String: String]

    init(_ fields: inout FieldReader) {
        var values: [String: String] = [:]
        for (name, words) in NewBillForm.names { values[name] = fields.typed(name, words) }
        self.values = values
    }

    private static let names = [
        ("code", "Bill number"), ("capacity", "How many sacks it takes"), ("area_code", "The area"),
        ("consignee", "Who gets it"), ("destination", "Where it goes"), ("description", "What is on it"),
    ]

    /// The bill.
    /// - Throws: ``Refusal`` that names every field that is wrong.
    func bill() throws(Refusal) -> NewBill {
        func text(_ name: String) -> String? { BillHeader.tidied(values[name]) }
        let header = BillHeader(
            capacity: values["capacity"].flatMap { Int(ScannedText.tidied($0)) } ?? 0,
            description: text("description"), consignee: text("consignee"), destination: text("destination"))
        var problems: [FieldProblem] = []
        var code: BillCode?
        do throws(FieldProblem) {
            code = try BillCode(values["code"] ?? "")
        } catch {
            problems.append(error)
        }
        problems += header.problems
        let area = values["area_code"] ?? ""
        if area.isEmpty { problems.append(.required("area_code", "Choose an area.")) }
        guard let code, problems.isEmpty else { throw .validation(problems) }
        return NewBill(code: code, areaCode: area, header: header)
    }
}
