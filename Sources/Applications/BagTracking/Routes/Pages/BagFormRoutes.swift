import Portico

/// The forms on the page of a sack or bag: each does one thing, goes back to the page, and says what came of it.
struct BagFormRoutes: Sendable {
    /// One thing that can be done to a sack or bag.
    private struct Deed: Sendable {
        /// The end of the address; also the name of the form.
        let name: String
        /// Stable name of the route.
        let route: String
        let summary: String
        let permission: String
        /// The field that a refusal is about.
        var field = ""
        let act: @Sendable (BagTrackingServices, BagForm, BagCaller) async throws -> Void
    }

    let services: BagTrackingServices

    var routes: [Route] { BagFormRoutes.deeds.map(route) }

    private func route(_ deed: Deed) -> Route {
        .page(
            .post, "/bags/{code}/\(deed.name)", deed.route, deed.summary, access: .permission(deed.permission),
            limit: BagLimits.write
        ) { [services] (context: RequestContext, form: BagForm) -> PageReply in
            try await FormRefusal.answer {
                try await deed.act(services, form, BagCaller(context))
                return PageAddress(
                    "\(context.mount)/bags/\(PageAddress.encode(form.code))", ["done": deed.name]
                ).text
            } orShow: { refusal in
                var page = try await BagDetail(services: services, context: context).page(form.code)
                page.openForm = deed.name
                page.form = refusal.form(form.values, about: deed.field)
                return page
            }
        }
    }

    private static let deeds = [moving, unlinking, emptying] + numbering + holding + retiring

    private static let moving = Deed(
        name: "move", route: "submitMove", summary: "Move a bag by the form", permission: "bag.correct",
        field: "to_parent"
    ) { services, form, by in
        _ = try await services.corrections.move(form.code, to: form.target, reason: form.checkedReason, by: by)
    }

    private static let unlinking = Deed(
        name: "unlink", route: "submitUnlink", summary: "Take a bag out of its sack by the form",
        permission: "bag.correct"
    ) { services, form, by in
        _ = try await services.corrections.unlink(form.code, reason: form.checkedReason, by: by)
    }

    private static let emptying = Deed(
        name: "empty", route: "submitEmpty", summary: "Empty a sack by the form", permission: "bag.correct"
    ) { services, form, by in
        _ = try await services.corrections.empty(form.code, reason: form.checkedReason, by: by)
    }

    private static let numbering = [
        Deed(
            name: "sscc", route: "submitSSCC", summary: "Give a sack an SSCC by the form", permission: "bag.correct",
            field: "sscc"
        ) { services, form, by in
            _ = try await services.numbers.assign(form.sscc.unlessEmpty, to: form.code, by: by)
        },
        Deed(
            name: "sscc/release", route: "submitSSCCRelease", summary: "Take a sack's SSCC from it by the form",
            permission: "bag.correct"
        ) { services, form, by in
            try await services.numbers.release(from: form.code, by: by)
        },
    ]

    private static let holding = [
        Deed(
            name: "hold", route: "submitHold", summary: "Put a sack on hold by the form", permission: "bag.hold"
        ) { services, form, by in
            _ = try await services.holds.hold(form.code, reason: form.checkedReason, by: by)
        },
        Deed(
            name: "release", route: "submitRelease", summary: "Lift the hold of a sack by the form",
            permission: "bag.hold"
        ) { services, form, by in
            try await services.holds.release(form.code, by: by)
        },
    ]

    private static let retiring = [
        Deed(
            name: "retire", route: "submitRetire", summary: "Retire a sack or bag by the form",
            permission: "bag.retire", field: "cascade"
        ) { services, form, by in
            try await services.retirement.retire(form.code, cascades: form.cascade == "unlink", by: by)
        },
        Deed(
            name: "restore", route: "submitRestore", summary: "Restore a sack or bag by the form",
            permission: "bag.restore"
        ) { services, form, by in
            _ = try await services.retirement.restore(form.code, by: by)
        },
    ]
}

/// What the forms on the page of a sack or bag send.
struct BagForm: RouteInput {
    let code: String
    let target: String
    let reason: String
    let sscc: String
    let cascade: String

    init(_ fields: inout FieldReader) {
        code = fields.codeInPath()
        target = fields.typed("to_parent", "The sack a bag is to be in")
        reason = fields.typed("reason", "Why, 3 to 200 characters")
        sscc = fields.typed("sscc", "The number; empty for the next own one")
        cascade = fields.typed("cascade", "unlink: make the bags of a sack loose first")
    }

    /// What was typed, for the form that is shown again.
    var values: [String: String] {
        var values = ["to_parent": target, "reason": reason, "sscc": sscc]
        if !cascade.isEmpty { values["cascade"] = cascade }
        return values
    }

    /// The reason of a correction.
    var checkedReason: String {
        get throws(FieldProblem) { try Reason.check(reason.unlessEmpty) }
    }
}
