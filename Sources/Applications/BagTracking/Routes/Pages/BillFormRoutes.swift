import Portico

/// The forms on the page of a bill: each does one thing, goes back to the page, and says what came of it.
struct BillFormRoutes: Sendable {
    /// One thing that can be done to a bill.
    private struct Deed: Sendable {
        /// The end of the address; also the name of the form.
        let name: String
        /// Stable name of the route.
        let route: String
        let summary: String
        let permission: String
        /// The field that a refusal is about.
        var field = ""
        let act: @Sendable (BagTrackingServices, BillForm, BagCaller) async throws -> Void
    }

    let services: BagTrackingServices

    var routes: [Route] { BillFormRoutes.deeds.map(route) + [scan, remove, edit] }

    private func route(_ deed: Deed) -> Route {
        .page(
            .post, "/bills/{id}/\(deed.name)", deed.route, deed.summary, access: .permission(deed.permission),
            limit: BagLimits.write
        ) { [services] (context: RequestContext, form: BillForm) -> PageReply in
            try await answer(form, named: deed.name, about: deed.field, context) {
                try await deed.act(services, form, $0)
            }
        }
    }

    /// Does what a form of the bill's page asks for, and goes back to that page.
    private func answer(
        _ form: BillForm, named name: String, about field: String, _ context: RequestContext,
        _ act: (BagCaller) async throws -> Void
    ) async throws -> PageReply {
        try await FormRefusal.answer {
            try await act(BagCaller(context))
            return PageAddress("\(context.mount)/bills/\(form.id)", ["done": name]).text
        } orShow: { refusal in
            var page = try await BillDesk(services: services, context: context).page(form.id)
            page.openForm = name
            page.form = refusal.form(form.values, about: field)
            return page
        }
    }

    private static let deeds = [
        Deed(
            name: "complete", route: "submitCompletion", summary: "Complete a bill by the form",
            permission: "bill.write", field: "short_reason"
        ) { services, form, by in
            _ = try await services.bills.complete(form.id, shortReason: form.values["short_reason"], by: by)
        },
        Deed(
            name: "reopen", route: "submitReopening", summary: "Open a bill again by the form",
            permission: "bill.write", field: "reason"
        ) { services, form, by in
            _ = try await services.bills.reopen(form.id, reason: form.reason, by: by)
        },
        Deed(
            name: "cancel", route: "submitBillCancel", summary: "Cancel a bill by the form",
            permission: "bill.cancel", field: "reason"
        ) { services, form, by in
            _ = try await services.bills.cancel(form.id, reason: form.reason, by: by)
        },
        Deed(
            name: "deliver", route: "submitDelivery", summary: "Record a delivery by the form",
            permission: "bill.deliver", field: "received_by"
        ) { services, form, by in
            let name = FreeText.trimmed(form.values["received_by"] ?? "")
            let note = form.values["note"] ?? ""
            let problems = [
                FieldProblem.length(of: name, in: 2...100, field: "received_by"),
                note.isEmpty ? nil : FieldProblem.length(of: note, in: 1...500, field: "note"),
            ].compactMap(\.self)
            guard problems.isEmpty else { throw Refusal.validation(problems) }
            _ = try await services.bills.deliver(form.id, receivedBy: name, note: note, by: by)
        },
    ]

    private var scan: Route {
        .page(
            .post, "/bills/{id}/parents", "submitBillScan", "Put a sack on a bill by the form",
            access: .permission("bill.write"), limit: BagLimits.scan
        ) { [services] (context: RequestContext, form: BillScanForm) -> PageReply in
            let desk = BillDesk(services: services, context: context)
            switch try await desk.take(form, .bill) {
            case .success(let id):
                return .redirect(
                    to: PageAddress("\(context.mount)/bills/\(form.id)", ["scan": String(id)]).text)
            case .failure(let refusal):
                var page = try await desk.page(form.id)
                page.answer = StationPage.Answer(refusal)
                page.typed = form.code
                return page.reply(refusal.status)
            }
        }.usingCamera()
    }

    private var remove: Route {
        .page(
            .post, "/bills/{id}/parents/{code}/remove", "submitSackRemoval", "Take a sack off a bill by the form",
            access: .permission("bill.write"), limit: BagLimits.write
        ) { [services] (context: RequestContext, input: BillSackInput) -> PageReply in
            try await answer(BillForm(id: input.id), named: "remove", about: "", context) {
                try await services.bills.remove(input.code, from: input.id, by: $0)
            }
        }
    }

    /// Saves the header when nobody else has meanwhile; else both versions are shown.
    private var edit: Route {
        .page(
            .post, "/bills/{id}/edit", "submitBillEdit", "Change the header of a bill by the form",
            access: .permission("bill.write"), limit: BagLimits.write
        ) { [services] (context: RequestContext, form: BillForm) -> PageReply in
            do {
                return try await answer(form, named: "edit", about: "capacity", context) { caller in
                    let version = Int64(form.values["version"] ?? "")
                    _ = try await services.bills.change(form.id, try form.change(), by: caller) { present in
                        guard present.bill.version == version else { throw StaleBill() }
                    }
                }
            } catch is StaleBill {
                var page = try await BillDesk(services: services, context: context).page(form.id)
                page.openForm = "edit"
                page.form = FormState(values: form.values)
                page.conflict = form.conflict(with: page.bill)
                return page.reply(412)
            }
        }
    }
}

/// The form was made from an older version of the bill.
private struct StaleBill: Error {}

/// What the forms on the page of a bill send.
struct BillForm: RouteInput {
    let id: Int64
    var values: [String: String] = [:]

    init(id: Int64) {
        self.id = id
    }

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", in: .path, "The bill")
        for (name, words) in BillForm.names { values[name] = fields.typed(name, words) }
    }

    private static let names = [
        ("short_reason", "Why it goes short"), ("reason", "Why, 3 to 200 characters"),
        ("received_by", "Who took the load"), ("note", "What there is to say about it"),
        ("version", "The version that the form shows"), ("capacity", "How many sacks it takes"),
        ("consignee", "Who gets it"), ("destination", "Where it goes"), ("description", "What is on it"),
    ]

    /// The reason of an act.
    var reason: String {
        get throws(FieldProblem) { try Reason.check(values["reason"]?.unlessEmpty) }
    }

    /// The header as it was typed.
    /// - Throws: the problem of field `capacity`.
    func change() throws(FieldProblem) -> BillChange {
        guard let capacity = Int(ScannedText.tidied(values["capacity"] ?? "")) else {
            throw .outOfRange("capacity", "Enter a whole number of sacks from 1 to 500.")
        }
        return BillChange(
            capacity: capacity, description: values["description"] ?? "", consignee: values["consignee"] ?? "",
            destination: values["destination"] ?? "")
    }

    /// Where what was typed differs from what is on the bill now.
    func conflict(with bill: BillRow) -> BillPage.Conflict {
        let present = [
            ("Sacks", "capacity", String(bill.header.capacity)),
            ("Consignee", "consignee", bill.header.consignee ?? ""),
            ("Destination", "destination", bill.header.destination ?? ""),
            ("Description", "description", bill.header.description ?? ""),
        ]
        let lines = present.map { (label: $0.0, typed: values[$0.1] ?? "", present: $0.2) }
        let differing = lines.filter { $0.typed != $0.present }
        return BillPage.Conflict(lines: differing.isEmpty ? lines : differing)
    }
}
