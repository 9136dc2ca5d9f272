import Portico

/// The page of a day, and the form that mails it.
struct SummaryPageRoutes: Sendable {
    let services: BagTrackingServices
    let summaries: SummaryReader

    var routes: [Route] { [show, send] }

    private struct Query: RouteInput {
        let date: String
        let areaCode: String
        let done: String

        init(_ fields: inout FieldReader) {
            date = fields.typed("date", "The day; today when left out")
            areaCode = fields.typed("area_code", "Only this area")
            done = fields.typed("done", "What a form has just done")
        }
    }

    private struct Sending: RouteInput {
        let date: String

        init(_ fields: inout FieldReader) {
            date = fields.typed("date", "A day that is over")
        }
    }

    private var show: Route {
        .page(
            .get, "/summary", "summaryPage", "What was done in one day", access: SummaryRoutes.reading,
            limit: BagLimits.read
        ) { (context: RequestContext, input: Query) -> PageReply in
            var page = try await page(context, input)
            page.frame.notices = DoneNotice.notices(input.done)
            return page.reply(page.messages.isEmpty ? .ok : 422)
        }
    }

    private var send: Route {
        .page(
            .post, "/summary/send", "submitSummarySend", "Mail the summary of a day by the form",
            access: .permission("summary.send"), limit: BagLimits.write
        ) { [services] (context: RequestContext, input: Sending) -> PageReply in
            guard let date = CalendarDate(input.date) else { return .redirect(to: "\(context.mount)/summary") }
            let day = WarehouseDay(date: date)
            _ = try await services.send(day, by: BagCaller(context))
            return .redirect(to: "\(context.mount)/summary?date=\(date.text)&done=summary")
        }
    }

    private func page(_ context: RequestContext, _ input: Query) async throws -> SummaryPage {
        let caller = try BagCaller(context)
        let today = WarehouseDay(containing: context.now)
        let chosen = input.date.isEmpty ? today.date : CalendarDate(input.date)
        var messages: [FieldMessage] = []
        if chosen == nil { messages.append(FieldMessage("date", "Enter a day that exists, such as 2026-11-21.")) }
        let subject = SummarySubject(
            day: chosen.map { WarehouseDay(date: $0) } ?? today, scope: SummaryScope(of: caller),
            areaCode: input.areaCode.unlessEmpty)
        let found = try await summaries.find(subject, comparing: true, at: context.now)
        if let area = subject.areaCode, !found.catalog.areaCodes.contains(area) { throw CatalogStore.unknownArea(area) }
        return SummaryPage(
            frame: try BagFrame(context, found.catalog), summary: found.summary, before: found.before ?? DayActs(),
            date: input.date.unlessEmpty ?? today.date.text, areaCode: input.areaCode,
            areas: found.catalog.areaChoices, messages: messages)
    }
}
