import Portico

/// The pages of the gate: the lorries that wait, and the check of one.
struct GatePageRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] { [list, check, scan, unload] + deeds.map(route) }

    /// The most lorries that are being checked at one time.
    private static let mostRunning = 500

    private var list: Route {
        .page(
            .get, "/gate", "gateListPage", "Lorries that wait at the gate", access: .permission("gate.check"),
            limit: BagLimits.read
        ) { [services] (context: RequestContext, input: GateListQuery) -> PageReply in
            let caller = try BagCaller(context)
            let running = BillFilter(state: .loading, areaCode: caller.areaCode)
            let waiting = BillFilter(state: .completed, areaCode: caller.areaCode)
            return try await services.database.read { reading in
                let reader = BillReader(reading)
                let catalog = try services.catalog.catalog(in: reading)
                // However many wait, those that are being checked come first and are all there.
                let checked =
                    input.page.cursor == nil
                    ? try reader.page(running, for: caller, before: nil, limit: GatePageRoutes.mostRunning).items : []
                let page = try services.page(of: waiting.list, input.page) {
                    try reader.page(waiting, for: caller, before: $0, limit: $1)
                }
                return GateListPage(
                    frame: try BagFrame(context, catalog), running: checked, waiting: page.items,
                    areaNames: catalog.areaNames, cursor: input.page.cursor, nextCursor: page.nextCursor)
            }.reply()
        }
    }

    private var check: Route {
        .page(
            .get, "/bills/{id}/gate", "gatePage", "The check of a lorry", access: .permission("gate.check"),
            limit: BagLimits.read
        ) { [services] (context: RequestContext, input: BillPageQuery) -> PageReply in
            var page = try await BillDesk(services: services, context: context).gate(input.id, scan: input.scan)
            page.frame.notices = DoneNotice.notices(input.done)
            return page.reply()
        }.usingCamera()
    }

    private var scan: Route {
        .page(
            .post, "/bills/{id}/gate/scans", "submitGateScan", "Scan a sack on the lorry by the form",
            access: .permission("gate.check"), limit: BagLimits.scan
        ) { [services] (context: RequestContext, form: BillScanForm) -> PageReply in
            let desk = BillDesk(services: services, context: context)
            switch try await desk.take(form, .gate) {
            case .success(let id):
                return .redirect(
                    to: PageAddress("\(context.mount)/bills/\(form.id)/gate", ["scan": String(id)]).text)
            case .failure(let refusal):
                var page = try await desk.gate(form.id)
                page.answer = StationPage.Answer(refusal)
                page.typed = form.code
                return page.reply(refusal.status)
            }
        }.usingCamera()
    }

    // MARK: - Forms

    /// One form of the page.
    private struct Deed: Sendable {
        /// The end of the address.
        let path: String
        /// The form's name on the page.
        let name: String
        let route: String
        let summary: String
        /// Where it leads: the end of the bill's address.
        var next = "/gate"
        let act: @Sendable (BagTrackingServices, GateForm, BagCaller) async throws -> Void
    }

    private var deeds: [Deed] {
        [
            Deed(path: "start", name: "start", route: "submitGateStart", summary: "Start a check by the form") {
                services, form, by in
                _ = try await services.gate.start(form.id, by: by)
            },
            Deed(path: "abandon", name: "abandon", route: "submitAbandon", summary: "Give a check up by the form") {
                services, form, by in
                _ = try await services.gate.abandon(form.id, reason: form.reason, by: by)
            },
            Deed(
                path: "dispatch", name: "dispatch", route: "submitDispatch", summary: "Let a lorry go by the form",
                next: ""
            ) { services, form, by in
                _ = try await services.gate.dispatch(form.id, form.departure(), by: by)
            },
        ]
    }

    private func route(_ deed: Deed) -> Route {
        .page(
            .post, "/bills/{id}/gate/\(deed.path)", deed.route, deed.summary, access: .permission("gate.check"),
            limit: BagLimits.write
        ) { [services] (context: RequestContext, form: GateForm) -> PageReply in
            try await answer(form.id, form.values, named: deed.name, next: deed.next, context) {
                try await deed.act(services, form, $0)
            }
        }.usingCamera()
    }

    private var unload: Route {
        .page(
            .post, "/bills/{id}/gate/findings/{finding_id}", "submitUnloading",
            "Note that a foreign sack is off the lorry", access: .permission("gate.check"), limit: BagLimits.write
        ) { [services] (context: RequestContext, form: UnloadForm) -> PageReply in
            try await answer(form.id, [:], named: "unloaded", next: "/gate", context) {
                _ = try await services.gate.unload(form.findingID, of: form.id, by: $0)
            }
        }.usingCamera()
    }

    /// Does what a form of the gate asks for and goes on to `next`, the end of the bill's address.
    private func answer(
        _ id: Int64, _ values: [String: String], named name: String, next: String, _ context: RequestContext,
        _ act: (BagCaller) async throws -> Void
    ) async throws -> PageReply {
        try await FormRefusal.answer {
            try await act(BagCaller(context))
            return PageAddress("\(context.mount)/bills/\(id)\(next)", ["done": name]).text
        } orShow: { refusal in
            var page = try await BillDesk(services: services, context: context).gate(id)
            page.openForm = name
            page.form = refusal.form(values)
            return page
        }
    }
}

/// Which part of the list of lorries is asked for.
struct GateListQuery: RouteInput {
    let page: PageRequest

    init(_ fields: inout FieldReader) {
        page = fields.pageCursor()
    }
}

/// A foreign sack that is off the lorry.
struct UnloadForm: RouteInput {
    let id: Int64
    let findingID: Int64

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", in: .path, "The bill")
        findingID = fields.identifier("finding_id", in: .path, "The finding")
    }
}

/// What the forms of the gate send.
struct GateForm: RouteInput {
    let id: Int64
    let values: [String: String]

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", in: .path, "The bill")
        var values: [String: String] = [:]
        for (name, words) in GateForm.names { values[name] = fields.typed(name, words) }
        self.values = values
    }

    private static let names = [
        ("reason", "Why, 3 to 200 characters"), ("vehicle_number", "Registration of the lorry"),
        ("driver_name", "The driver"), ("driver_phone", "The driver's phone"), ("seal_number", "The seal"),
    ]

    /// The reason of an act.
    var reason: String {
        get throws(FieldProblem) { try Reason.check(values["reason"]?.unlessEmpty) }
    }

    /// What was entered about the lorry.
    /// - Throws: ``Refusal`` that names every field that is wrong.
    func departure() throws(Refusal) -> Departure {
        try Departure(
            vehicleNumber: values["vehicle_number"] ?? "", driverName: values["driver_name"] ?? "",
            driverPhone: values["driver_phone"], sealNumber: values["seal_number"])
    }
}
