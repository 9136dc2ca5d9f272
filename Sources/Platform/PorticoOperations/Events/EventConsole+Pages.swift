import PorticoEvents
import PorticoHTTP
import PorticoPages

extension EventConsole {
    /// The page on which operators watch events and their consumers, with its forms.
    ///
    /// | POST below `/ops` | fields besides `_csrf` and `idempotency_key` |
    /// |---|---|
    /// | `/events/retry` | `consumer`; `id` for one event |
    /// | `/events/discard` | `consumer`, `id` |
    /// | `/events/rewind` | `consumer`, `position` |
    /// | `/events/rebuild` | `consumer` |
    public func pages(_ appearance: ConsoleAppearance) -> [Route] {
        EventConsolePages(console: self, appearance: appearance).limited
    }
}

/// The routes of the operators' page about events.
struct EventConsolePages: ConsolePages {
    let console: EventConsole
    let appearance: ConsoleAppearance

    private static let path = ConsoleAppearance.path + "/events"

    var routes: [Route] { [show, retry, discard, rewind, rebuild] }

    private var show: Route {
        .page(
            .get, EventConsolePages.path, "eventsPage", "Events, who consumes them, and what was put aside",
            access: ConsolePermission.read
        ) { (context: RequestContext, query: EventPageQuery) -> PageReply in
            try await eventsPage(context, query.consumer, after: query.after).reply(after: query.done)
        }
    }

    private func eventsPage(
        _ context: RequestContext, _ consumer: String?, after position: EventPosition = .start
    ) async throws -> EventsPage {
        let found = try await console.look(at: consumer, after: position)
        return EventsPage(
            frame: try await ConsoleFrame(context, appearance), standings: found.standings, one: found.one,
            mayRewind: consumer.map { console.rewindable.contains($0) } ?? false,
            mayRebuild: consumer.map { console.rebuildable[$0] != nil } ?? false)
    }

    private var retry: Route {
        .page(
            .post, EventConsolePages.path + "/retry", "submitEventRetry", "Try events again by the form",
            access: ConsolePermission.write
        ) { (context: RequestContext, form: ParkedEventForm) -> PageReply in
            let count = try await console.retry(form.consumer, form.position, by: context)
            return back(context, "events", "events_retried-\(count)", with: ["consumer": form.consumer])
        }
    }

    private var discard: Route {
        .page(
            .post, EventConsolePages.path + "/discard", "submitEventDiscard", "Give an event up by the form",
            access: ConsolePermission.write
        ) { (context: RequestContext, form: ParkedEventChoice) -> PageReply in
            try await console.discard(form.consumer, EventPosition(id: form.id), by: context)
            return back(context, "events", "event_discarded", with: ["consumer": form.consumer])
        }
    }

    private var rewind: Route {
        .page(
            .post, EventConsolePages.path + "/rewind", "submitEventRewind",
            "Let a subscriber handle events again by the form", access: ConsolePermission.write
        ) { (context: RequestContext, form: RewindForm) -> PageReply in
            guard let position = form.position else {
                var page = try await eventsPage(context, form.consumer)
                page.form = FormState(
                    values: ["position": form.text],
                    messages: [FieldMessage("position", "Enter the number of an event, or 0 for all that are kept.")])
                return page.reply(422)
            }
            try await console.rewind(form.consumer, to: position, by: context)
            return back(context, "events", "rewound", with: ["consumer": form.consumer])
        }
    }

    private var rebuild: Route {
        .page(
            .post, EventConsolePages.path + "/rebuild", "submitProjectionRebuild",
            "Build a projection anew by the form", access: ConsolePermission.write
        ) { (context: RequestContext, form: ConsumerForm) -> PageReply in
            let job = try await console.rebuild(form.consumer, by: context)
            return back(context, "jobs/\(job)", "rebuilding")
        }
    }
}
