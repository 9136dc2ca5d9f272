import PorticoJobs
import PorticoPages
import PorticoValues

/// `/ops/queues`: how many jobs stand where, how long they wait and run, what runs now, and the handles of each queue.
struct QueuesPage: ConsolePage {
    var frame: ConsoleFrame
    var queues: [JobConsole.QueueStanding]
    var running: [JobRecord]
    /// The processes that work now.
    var workers: [JobWorkerStanding]
    /// How much room the table takes; nil where nobody keeps count of it.
    var room: JobRoomBlock?
    /// The queue whose form came back.
    var openForm: String?
    var form = FormState.fresh

    var title: String { "Queues" }
    var part: ConsolePart { .queues }

    var content: HTML {
        """
        \(PageHeading("Queues", subtitle: "What is done later, and how long it waits."))\
        \(ErrorSummary(form.messages, scope: openForm.map(QueuesPage.scope) ?? "f"))
        <div class="stack"><div class="stack" id="queues-now" data-current="5">\(tiles)\
        <section class="block" aria-labelledby="queues-title"><h2 id="queues-title">Queues</h2>\(overview)</section>\
        <section class="block" aria-labelledby="running-title"><h2 id="running-title">Running now</h2>\(runningNow)\
        </section>\
        <section class="block" aria-labelledby="workers-title"><h2 id="workers-title">Who works</h2>\(working)</section></div>
        \(handles)\(room)</div>
        """
    }

    private var tiles: HTML {
        let (waiting, failed) = (sum(.queued), sum(.failed))
        let oldest = queues.compactMap(\.oldestDue).min().map { SpanText(frame.now - $0).text }
        let tiles = [
            StatTile(
                "Waiting", value: waiting, href: list(.queued), detail: oldest.map { "the oldest for \($0)" },
                icon: .list),
            StatTile("Running", value: sum(.running), href: list(.running), icon: .retry),
            StatTile(
                "Held back", value: sum(.blocked, .throttled), href: list(.throttled), detail: "by limits and rates",
                icon: .lock),
            StatTile("Later", value: sum(.scheduled), href: list(.scheduled), icon: .clock),
            StatTile("Failed", value: failed, href: list(.failed), tone: failed > 0 ? .bad : .neutral),
        ]
        return "<div class=\"tiles\">\(tiles)</div>"
    }

    private func sum(_ states: JobState...) -> Int {
        queues.reduce(0) { sum, queue in states.reduce(sum) { $0 + queue.count($1) } }
    }

    private func list(_ state: JobState, _ queue: String? = nil) -> String {
        PageAddress(frame.address("/jobs"), ["state": state.rawValue, "queue": queue]).text
    }

    private var overview: HTML {
        guard !queues.isEmpty else {
            return EmptyState(
                "No queue yet", detail: "Queues appear with the first job of the application.", icon: .list
            ).html
        }
        let table = DataTable(
            caption: "Queues",
            columns: [
                .init("Queue"), .init("Waiting", .number), .init("Held back", .number), .init("Running", .number),
                .init("Later", .number), .init("Failed", .number), .init("Oldest waits"),
                .init("Waited p50 · p95 · p99"), .init("Ran p50 · p95 · p99"),
            ], rows: queues.map(line))
        return """
            \(table)<p class="note">Times are those of the last \(GroupedNumber(JobTimes.sample).text) jobs that ended, on all \
            nodes.</p>
            """
    }

    private func line(_ queue: JobConsole.QueueStanding) -> DataTable.Row {
        func number(_ state: JobState) -> HTML {
            let count = queue.count(state)
            // Nothing where nothing is: on a phone a line for each zero would hide what there is.
            guard count > 0 else { return state == .queued || state == .running ? "0" : .empty }
            return "<a href=\"\(list(state, queue.queue))\">\(GroupedNumber(count).text)</a>"
        }
        let held = queue.count(.blocked, .throttled)
        return DataTable.Row([
            "<span class=\"code\">\(queue.queue)</span>\(QueuesPage.badges(queue))", number(.queued),
            held == 0 ? .empty : "\(GroupedNumber(held).text)", number(.running), number(.scheduled),
            number(.failed), queue.oldestDue.map { SpanText(frame.now - $0).html } ?? .empty,
            QueuesPage.spread(queue.times?.wait), QueuesPage.spread(queue.times?.run),
        ])
    }

    private static func badges(_ queue: JobConsole.QueueStanding) -> HTML {
        let terms = queue.terms
        let alone: HTML = queue.workers == 0 ? " \(Badge("Nobody works on it", tone: .bad, icon: .warning))" : .empty
        let paused: HTML = terms.isPaused ? " \(Badge("Paused", tone: .warn, icon: .stop))" : .empty
        let most: HTML? = terms.atMost.map { " \(Badge("At most \($0)", tone: .info, icon: .lock))" }
        let places: HTML? = terms.perNode.map { " \(Badge("\($0) a node", tone: .info, icon: .edit))" }
        return "\(alone)\(paused)\(most)\(places)"
    }

    private static func spread(_ spread: JobTimes.Spread?) -> HTML {
        guard let spread else { return .empty }
        return "\(SpanText(spread.half)) · \(SpanText(spread.most)) · \(SpanText(spread.nearlyAll))"
    }

    private var runningNow: HTML {
        guard !running.isEmpty else {
            return EmptyState("Nothing runs at the moment", detail: "What begins appears here by itself.", icon: .ring)
                .html
        }
        let rows = running.map { job in
            DataTable.Row([
                "<a href=\"\(frame.address("/jobs/\(job.id)"))\">\(job.name)</a> <span class=\"soft\">#\(job.id)</span>",
                "<span class=\"code\">\(job.queue)</span>", "\(JobWords.progress(job))",
                job.startedAt.map { SpanText(frame.now - $0).html } ?? .empty, "\(job.attempt)",
            ])
        }
        return DataTable(
            caption: "Running now",
            columns: [.init("Job"), .init("Queue"), .init("Progress"), .init("For"), .init("Try", .number)], rows: rows
        ).html
    }

    private var working: HTML {
        guard !workers.isEmpty else {
            return EmptyState(
                "Nobody works", detail: "A process that works says so every half minute. Jobs wait until one does.",
                icon: .warning
            ).html
        }
        let rows = workers.map { worker in
            let places = worker.places.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            return DataTable.Row([
                "<span class=\"code\">\(worker.node.isEmpty ? worker.holder : worker.node)</span>",
                frame.time(worker.startedAt), frame.time(worker.seenAt),
                "\(places.joined(separator: ", "))",
            ])
        }
        return DataTable(
            caption: "Who works",
            columns: [.init("Process"), .init("Since"), .init("Heard of"), .init("Places of itself, by queue")],
            rows: rows
        ).html
    }

    // MARK: - Handles

    /// Not among what is read again by itself: nobody loses what they type.
    private var handles: HTML {
        guard frame.mayChange, !queues.isEmpty else { return .empty }
        return """
            <section class="block" aria-labelledby="handles-title"><h2 id="handles-title">Pause and scale</h2>\
            <div class="folds">\(queues.map(fold))</div></section>
            """
    }

    private func fold(_ queue: JobConsole.QueueStanding) -> HTML {
        let path = "/queues/\(PageAddress.encode(queue.queue))"
        let hold =
            queue.terms.isPaused
            ? frame.form("\(path)/resume", Button("Resume \(queue.queue)", weight: .secondary, icon: .retry))
            : frame.form("\(path)/pause", Button("Pause \(queue.queue)", weight: .secondary, icon: .stop))
        let isOpen = openForm == queue.queue
        func number(_ name: String, _ label: String, _ present: Int?, _ hint: String) -> TextField {
            TextField(
                name, label: label, value: isOpen ? form.value(name) : present.map(String.init) ?? "", kind: .number,
                hint: hint, error: isOpen ? form.message(name) : nil, presence: .optional, range: JobQueueTerms.range,
                scope: QueuesPage.scope(queue.queue))
        }
        let fields: HTML = """
            <div class="form-row">\
            \(number("at_most", "At once on all nodes", queue.terms.atMost, "Empty: as many as the nodes have places."))\
            \(number("per_node", "Places on each node", queue.terms.perNode, "Empty: what each node has of itself."))</div>
            """
        let scale = frame.form("\(path)/scale", fields: fields, Button("Scale \(queue.queue)"), arrangement: "stacked")
        return """
            <details class="fold"\(HTML.flag("open", isOpen))><summary>\(Icon.settings)<span>\(queue.queue)</span></summary>\
            <div class="stack">\(hold)\(scale)</div></details>
            """
    }

    /// The prefix of the fields of a queue's form.
    static func scope(_ queue: String) -> String { "queue-\(queue.replacing(".", with: "-"))" }
}
