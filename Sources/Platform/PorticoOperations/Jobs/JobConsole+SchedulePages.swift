import PorticoHTTP
import PorticoJobs
import PorticoPages
import PorticoSQL

/// The page of one schedule, on which operators change when it fires.
extension JobConsolePages {
    /// | POST below `/ops` | fields besides `_csrf` and `idempotency_key` |
    /// |---|---|
    /// | `/schedules/{name}/change` | `cron`, `zone`, `missed`, `missed_most`, `seen`; with `look` only the times are shown |
    /// | `/schedules/{name}/reset` | none |
    var scheduleRoutes: [Route] { [showSchedule, changeSchedule, resetSchedule] }

    private var showSchedule: Route {
        .page(
            .get, JobConsolePages.path + "/schedules/{name}", "schedulePage", "One schedule, and when it fires",
            access: ConsolePermission.read
        ) { (context: RequestContext, query: SchedulePageQuery) -> PageReply in
            try await schedulePage(query.name, context).reply(after: query.done)
        }
    }

    private func schedulePage(_ name: String, _ context: RequestContext) async throws -> SchedulePage {
        let standing = try await console.database.read { [console] in try console.schedule(name, in: $0) }
        return SchedulePage(frame: try await ConsoleFrame(context, appearance), schedule: standing)
    }

    private var changeSchedule: Route {
        .page(
            .post, JobConsolePages.path + "/schedules/{name}/change", "submitScheduleChange",
            "Change when a schedule fires by the form", access: ConsolePermission.write
        ) { (context: RequestContext, form: ScheduleForm) -> PageReply in
            let messages = faults(of: form, context)
            guard messages.isEmpty, !form.isLook else {
                var page = try await schedulePage(form.name, context)
                page.form = FormState(values: form.values, messages: messages)
                page.wanted = messages.isEmpty ? form.terms : nil
                return page.reply(messages.isEmpty ? .ok : 422)
            }
            do {
                _ = try await console.reschedule(
                    form.name, by: context, expecting: { try form.requireSeen($0) }, to: { _ in form.terms })
            } catch is StaleSchedule {
                var page = try await schedulePage(form.name, context)
                page.form = FormState(
                    values: form.values.filter { $0.key != "seen" }, messages: [JobConsolePages.changedMeanwhile])
                page.wanted = form.terms
                return page.reply(412)
            }
            return back(context, "schedules/\(PageAddress.encode(form.name))", "rescheduled")
        }
    }

    private static var changedMeanwhile: FieldMessage {
        FieldMessage("", "Somebody has changed it meanwhile. See what is in force now, and save again to replace it.")
    }

    private func faults(of form: ScheduleForm, _ context: RequestContext) -> [FieldMessage] {
        var messages = ScheduleFault.all(of: form.terms, at: context.now).map { FieldMessage($0.field, $0.message) }
        if let wrong = form.wrongMissed { messages.append(FieldMessage(wrong.field, wrong.message)) }
        return messages
    }

    private var resetSchedule: Route {
        .page(
            .post, JobConsolePages.path + "/schedules/{name}/reset", "submitScheduleReset",
            "Put what the program says of a schedule back in force by the form", access: ConsolePermission.write
        ) { (context: RequestContext, input: ScheduleName) -> PageReply in
            _ = try await console.restoreSchedule(input.name, by: context)
            return back(context, "schedules/\(PageAddress.encode(input.name))", "restored")
        }
    }
}
