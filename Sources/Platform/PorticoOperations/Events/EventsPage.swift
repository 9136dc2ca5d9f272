import PorticoEvents
import PorticoPages
import PorticoValues

/// `/ops/events`: how many events wait, who consumes them and how far each is; of one consumer what it has put aside, and
/// the handles for it.
struct EventsPage: ConsolePage {
    var frame: ConsoleFrame
    var standings: EventStandings
    /// The consumer that is looked at more closely.
    var one: EventConsole.OneConsumer?
    var mayRewind = false
    var mayRebuild = false
    /// The form that came back.
    var form = FormState.fresh

    var title: String { "Events" }
    var part: ConsolePart { .events }

    var content: HTML {
        """
        \(PageHeading("Events", subtitle: "What happened, and who has yet to hear of it."))\(ErrorSummary(form.messages))
        <div class="stack"><div class="stack" id="events-now" data-current="5">\(tiles)\
        <section class="block" aria-labelledby="consumers-title"><h2 id="consumers-title">Consumers</h2>\(consumers)\
        </section></div>\(closer)</div>
        """
    }

    private var tiles: HTML {
        let outbox = standings.outbox
        func sum(_ count: (EventConsumerStanding) -> Int) -> Int { standings.consumers.reduce(0) { $0 + count($1) } }
        let (dead, parked) = (sum { $0.parked[.dead] ?? 0 }, sum(\.parkedCount))
        let halted = sum { $0.isHalted ? 1 : 0 }
        let oldest = outbox.oldest.map { "the oldest \(SpanText(frame.now - $0).text) old" }
        let tiles = [
            StatTile("In the outbox", value: outbox.rows, detail: oldest, icon: .list),
            StatTile("In the log", value: outbox.logged, detail: "kept for longer", icon: .archive),
            StatTile("Put aside", value: parked, tone: parked > 0 ? .warn : .neutral, icon: .lock),
            StatTile("Given up", value: dead, tone: dead > 0 ? .bad : .neutral, icon: .warning),
            StatTile("Stand still", value: halted, tone: halted > 0 ? .bad : .neutral, icon: .stop),
        ]
        return "<div class=\"tiles\">\(tiles)</div>"
    }

    private var consumers: HTML {
        guard !standings.consumers.isEmpty else {
            return EmptyState(
                "No consumer yet", detail: "Consumers appear with the first event that they pass.", icon: .list
            ).html
        }
        let columns: [DataTable.Column] = [
            .init("Consumer"), .init("State"), .init("Passed", .number), .init("Behind", .number), .init("For"),
            .init("Put aside", .number), .init("Given up", .number),
        ]
        let table = DataTable(caption: "Consumers", columns: columns, rows: standings.consumers.map(line))
        return """
            \(table)<p class="note">The newest event is \(standings.outbox.newest.text). A consumer that has put \
            \(GroupedNumber(EventPatience().mostParked).text) aside stands still until somebody has looked at them.</p>
            """
    }

    private func line(_ standing: EventConsumerStanding) -> DataTable.Row {
        func number(_ count: Int) -> HTML { count == 0 ? .empty : "\(GroupedNumber(count).text)" }
        let behind =
            standing.behind >= EventStandings.reach
            ? "\(GroupedNumber(standing.behind).text) or more" : GroupedNumber(standing.behind).text
        return DataTable.Row([
            "<a href=\"\(address(standing.consumer))\"><span class=\"code\">\(standing.consumer)</span></a>",
            EventWords.badge(standing).html, "\(standing.position?.text)", "\(behind)",
            standing.waitingSince.map { SpanText(frame.now - $0).html } ?? .empty, number(standing.parkedCount),
            number(standing.parked[.dead] ?? 0),
        ])
    }

    private func address(_ consumer: String, after position: EventPosition? = nil) -> String {
        PageAddress(frame.address("/events"), ["consumer": consumer, "after": position?.text]).text
    }

    // MARK: - One consumer

    private var closer: HTML? {
        guard let one else { return nil }
        let name = one.standing.consumer
        return """
            <section class="block" aria-labelledby="one-title"><h2 id="one-title">\(name)</h2>\
            <div class="stack">\(building(one.standing))\(parked(one))\(handles(one))</div></section>
            """
    }

    private func building(_ standing: EventConsumerStanding) -> HTML? {
        guard let build = standing.rebuild else { return nil }
        let done = JobWords.progress(Int64(build.done), of: Int64(max(build.done, build.total))) ?? ""
        return "<p>\(Icon.retry) It is built anew: \(done) events.</p>"
    }

    private func parked(_ one: EventConsole.OneConsumer) -> HTML {
        guard !one.parked.isEmpty else {
            return EmptyState("Nothing is put aside", detail: "Events whose handling fails lie here.", icon: .check)
                .html
        }
        let more: HTML? = one.next.map { next in
            "<p>\(Button("Further ones", href: address(one.standing.consumer, after: next)))</p>"
        }
        return "<div class=\"folds\">\(one.parked.map(fold))</div>\(more)"
    }

    private func fold(_ parked: ParkedEvent) -> HTML {
        let (event, position) = (parked.event.event, parked.event.position)
        let facts = DefinitionList([
            "Of": "<span class=\"code\">\(event.key)</span>", "Happened": frame.time(event.at),
            "Put aside": frame.time(parked.parkedAt), "Tries": "\(parked.tries)",
            "Tried next": parked.state == .retrying ? frame.time(parked.dueAt) : nil,
        ])
        let reason: HTML? =
            parked.reason.isEmpty
            ? nil : "<p>What it failed with:</p><pre class=\"words\" tabindex=\"0\">\(parked.reason)</pre>"
        return """
            <details class="fold"><summary>\(EventWords.badge(parked.state)) <span>\(event.kind) #\(position.text)</span>\
            </summary><div class="stack">\(facts)\(reason)<p>What it says:</p>\
            <pre class="words" tabindex="0">\(EventWords.payload(event))</pre>\(handles(parked))</div></details>
            """
    }

    private func hidden(_ consumer: String, _ position: EventPosition? = nil) -> HTML {
        let id: HTML? = position.map { "<input type=\"hidden\" name=\"id\" value=\"\($0.text)\">" }
        return "<input type=\"hidden\" name=\"consumer\" value=\"\(consumer)\">\(id)"
    }

    private func handles(_ parked: ParkedEvent) -> HTML? {
        let position = parked.event.position
        let fields = hidden(parked.consumer, position)
        let away = frame.form(
            "/events/discard", fields: fields,
            Button(
                "Give it up", weight: .danger, icon: .archive, spoken: "Give event \(position.text) up",
                confirm: "Give this event up for \(parked.consumer)? It is never handled then; those behind it follow."),
            id: "discard-\(position.text)")
        guard parked.state != .behind else { return away }
        let again = frame.form(
            "/events/retry", fields: fields,
            Button("Try again", weight: .secondary, icon: .retry, spoken: "Try event \(position.text) again"),
            id: "retry-\(position.text)")
        return "<div class=\"form-row\">\(again)\(away)</div>"
    }

    private func handles(_ one: EventConsole.OneConsumer) -> HTML? {
        let name = one.standing.consumer
        let all =
            one.parked.isEmpty
            ? nil
            : frame.form(
                "/events/retry", fields: hidden(name),
                Button(
                    "Try all again", weight: .secondary, icon: .retry,
                    confirm: "Try everything again that \(name) has put aside?"), id: "retry-all")
        return "\(all)\(rebuild(name))\(rewind(name))"
    }

    private func rebuild(_ name: String) -> HTML? {
        guard mayRebuild else { return nil }
        return frame.form(
            "/events/rebuild", fields: hidden(name),
            Button(
                "Build anew", weight: .secondary, icon: .restore,
                confirm: "Build \(name) anew from all events? The present rows are read until the new ones are there."),
            id: "rebuild")
    }

    private func rewind(_ name: String) -> HTML? {
        guard mayRewind else { return nil }
        let field = TextField(
            "position", label: "Handle again what came after event", value: form.value("position"),
            hint: "0 for everything that is kept.", error: form.message("position"), presence: .required, maxLength: 20)
        return frame.form(
            "/events/rewind", fields: "\(hidden(name))\(field)",
            Button(
                "Handle again", weight: .secondary, icon: .undo,
                confirm: "Let \(name) handle events again that it has handled?"),
            arrangement: "stacked", id: "rewind")
    }
}
