import Portico

/// The history of scans, with Undo where it is allowed.
struct HistoryRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] { [history, undo] }

    private var history: Route {
        .page(
            .get, "/scans", "historyPage", "What was scanned", access: .permission("bag.read"), limit: BagLimits.read
        ) { (context: RequestContext, input: HistoryQuery) -> PageReply in
            let page = try await page(context, input)
            return page.reply(page.messages.isEmpty ? .ok : 422)
        }
    }

    private var undo: Route {
        .page(
            .post, "/scans/{id}/undo", "submitUndo", "Take a scan back by the form",
            access: .anyPermission(["scan.undo_own", "scan.undo_any"]), limit: BagLimits.scan
        ) { [services] (context: RequestContext, form: UndoForm) -> PageReply in
            try await FormRefusal.answer {
                _ = try await services.undo.undo(scan: form.id, reason: form.checkedReason, by: BagCaller(context))
                return form.next(context.mount)
            } orShow: { refusal in
                var page = try await page(context, HistoryQuery())
                page.frame.notices = [refusal.notice("Not undone")]
                return page
            }
        }
    }

    private func page(_ context: RequestContext, _ input: HistoryQuery) async throws -> HistoryPage {
        let caller = try BagCaller(context)
        let services = services
        let (asked, messages) = input.scans(by: caller)
        let window = services.settings.undoWindow
        let (catalog, scans, undoable) = try await services.database.read(.mayLag) { reading in
            let log = ScanLog(reading)
            let filter = try asked.named(in: reading)
            let scans = try services.page(of: filter.list, input.page, unless: messages) {
                try log.page(filter, before: $0, limit: $1)
            }
            let undoable = try log.undoable(scans.items, for: caller, window: window)
            return (try services.catalog.catalog(in: reading), scans, undoable)
        }
        return HistoryPage(
            frame: try BagFrame(context, catalog), filter: input.filter, messages: messages,
            scans: scans.items.map { ScanLine($0, for: caller, catalog, window: window, undoable: undoable) },
            cursor: input.page.cursor, nextCursor: scans.nextCursor)
    }
}

/// The filter of the history as the page sends it.
struct HistoryQuery: RouteInput {
    var filter = HistoryPage.Filter()
    var page = PageRequest()

    /// The own scans, newest first.
    init() {}

    init(_ fields: inout FieldReader) {
        filter = HistoryPage.Filter(
            mine: fields.typed("mine", "false: everybody's that the reader may see") != "false",
            kind: fields.typed("kind", "Only scans of this kind"),
            outcome: fields.typed("outcome", "Only scans with this outcome"),
            undone: fields.typed("undone", "true: only scans that were undone") == "true",
            late: fields.typed("late", "true: only scans that came more than a minute late") == "true",
            code: fields.typed("code", "Only scans of this code"),
            parentCode: fields.typed("parent_code", "Only scans into this sack"),
            from: fields.typed("from", "From this day on"), to: fields.typed("to", "Up to this day"))
        page = fields.pageCursor()
    }

    /// The same for the store, and what is wrong with it.
    func scans(by caller: BagCaller) -> (filter: ScanFilter, messages: [FieldMessage]) {
        let days = DayFilter(from: filter.from, to: filter.to)
        var messages = days.messages
        var scans = ScanFilter(from: days.from, to: days.to)
        // Who was moved to another area no longer sees the scans made in the old one (rule R9).
        scans.areaCode = caller.areaCode
        if filter.mine { scans.userID = caller.userID }
        scans.kind = ScanKind(rawValue: filter.kind)
        scans.outcome = ScanOutcome(rawValue: filter.outcome)
        scans.isUndone = filter.undone
        scans.isLate = filter.late
        if !filter.kind.isEmpty, scans.kind == nil {
            messages.append(FieldMessage("kind", "There are no scans of this kind."))
        }
        if !filter.outcome.isEmpty, scans.outcome == nil {
            messages.append(FieldMessage("outcome", "There are no scans with this outcome."))
        }
        scans.code = filter.code.unlessEmpty.map { (try? ChildLabel.read($0).code) ?? ScannedText.recorded($0) }
        scans.parentCode = filter.parentCode.unlessEmpty.map { ScannedText.recorded($0) }
        return (scans, messages)
    }
}

/// What the Undo buttons send.
struct UndoForm: RouteInput {
    let id: Int64
    let reason: String
    private let next: String

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The scan")
        reason = fields.typed("reason", "Why")
        next = fields.typed("next", "The page to go back to")
    }

    /// Why; nil when nobody said. At most 200 characters.
    var checkedReason: String? {
        get throws(FieldProblem) {
            let tidy = FreeText.trimmed(reason)
            if let problem = FieldProblem.length(of: tidy, in: 0...200, field: "reason") { throw problem }
            return tidy.unlessEmpty
        }
    }

    /// The page to go back to; the station is told which scan it was.
    func next(_ mount: String) -> String {
        let path = PagePath.checked(next, mount: mount, or: "\(mount)/scans")
        return path.prefix { $0 != "?" } == "\(mount)/scan" ? PagePath.adding("scan", String(id), to: path) : path
    }
}
