import Portico

/// The limits of the application: the page, and its forms.
struct LimitPageRoutes: Sendable {
    private struct Query: RouteInput {
        let done: String

        init(_ fields: inout FieldReader) {
            done = fields.typed("done", "What a form has just done")
        }
    }

    private struct Target: RouteInput {
        let name: String

        init(_ fields: inout FieldReader) {
            name = fields.text("name", 1...64, in: .path, "Name of the limit")
        }
    }

    let services: BagTrackingServices
    let desk: LimitDesk

    var routes: [Route] { [show, change, reset] }

    private var show: Route {
        .page(
            .get, "/limits", "limitsPage", "The limits in force", access: .permission("operations.read"),
            limit: BagLimits.admin
        ) { (context: RequestContext, input: Query) -> PageReply in
            var page = try await page(context)
            page.frame.notices = DoneNotice.notices(input.done)
            return page.reply()
        }
    }

    private var change: Route {
        .page(
            .post, "/limits/{name}", "submitLimit", "Change a limit by the form",
            access: .permission("operations.write"), limit: BagLimits.admin
        ) { [desk] (context: RequestContext, form: LimitForm) -> PageReply in
            try await FormRefusal.answer {
                try await desk.change(form.name, to: form.terms(), by: context)
                return "\(context.mount)/limits?done=limit"
            } orShow: { refusal in
                var page = try await page(context)
                page.openForm = form.name
                page.form = refusal.form(form.values, about: "quota")
                return page
            }
        }.finding { [desk] (_, named: Target) in _ = try desk.standing(named.name) }
    }

    private var reset: Route {
        .page(
            .post, "/limits/{name}/reset", "submitLimitReset", "Put the declared limit back by the form",
            access: .permission("operations.write"), limit: BagLimits.admin
        ) { [desk] (context: RequestContext, input: Target) -> PageReply in
            try await desk.reset(input.name, by: context)
            return .redirect(to: "\(context.mount)/limits?done=limit/reset")
        }
    }

    private func page(_ context: RequestContext) async throws -> LimitsPage {
        LimitsPage(frame: try BagFrame(context, try await services.presentCatalog()), limits: desk.standings)
    }
}

/// What the form about a limit sends. Everything is taken as it comes; the page says what is wrong.
struct LimitForm: RouteInput {
    private static let numbers = ["quota", "window_seconds", "burst"]

    let name: String
    /// What was typed, for the form that is shown again.
    let values: [String: String]

    init(_ fields: inout FieldReader) {
        name = fields.text("name", 1...64, in: .path, "Name of the limit")
        var values: [String: String] = [:]
        values["quota"] = fields.typed("quota", "Requests per window, sustained")
        values["window_seconds"] = fields.typed("window_seconds", "The window")
        values["burst"] = fields.typed("burst", "Requests that may come at once")
        values["mode"] = fields.typed("mode", "What happens beyond: enforced, shadow or off")
        self.values = values
    }

    /// The terms wanted; which of them can be is the desk's to say.
    func terms() throws(Refusal) -> LimitTerms {
        var problems = LimitForm.numbers.filter { number($0) == nil }.map {
            FieldProblem.invalid($0, "Enter a whole number of 1 or more.")
        }
        let mode = LimitTerms.Mode(rawValue: values["mode"] ?? "")
        if mode == nil { problems.append(.invalid("mode", "Choose what happens beyond.")) }
        guard problems.isEmpty, let mode else { throw .validation(problems) }
        return LimitTerms(
            quota: number("quota") ?? 0, windowSeconds: number("window_seconds") ?? 0, burst: number("burst") ?? 0,
            mode: mode)
    }

    /// At most what a 32-bit number holds, so that no product with it overflows before the desk has looked.
    private func number(_ field: String) -> Int? {
        Int(ScannedText.tidied(values[field] ?? "")).flatMap { (1...Int(Int32.max)).contains($0) ? $0 : nil }
    }
}
