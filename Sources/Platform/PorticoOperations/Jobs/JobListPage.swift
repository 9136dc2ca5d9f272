import PorticoJobs
import PorticoPages

/// `/ops/jobs`: jobs by state, queue, name, key and argument, the newest first.
struct JobListPage: ConsolePage {
    var frame: ConsoleFrame
    var search: JobSearch
    var jobs: [JobRecord]
    /// All queues, to filter by.
    var queues: [String]
    var cursor: String?
    var nextCursor: String?
    /// Why a form did nothing.
    var messages: [FieldMessage] = []
    /// The jobs that were ticked in it.
    var ticked: Set<Int64> = []

    var title: String { "Jobs" }
    var part: ConsolePart { .jobs }

    private var isNarrowed: Bool { search != JobSearch() }
    private var base: String { frame.address("/jobs") }

    var content: HTML {
        """
        \(PageHeading("Jobs", subtitle: "The newest first.", actions: [archive]))\
        \(ErrorSummary(messages, title: "Nothing was done"))\
        \(filters)<div class="stack">\(chosen)\(list)\(bulk)</div>\
        \(CursorPager(address: address, cursor: cursor, next: nextCursor))
        """
    }

    private var archive: Button { Button("Removed jobs", href: frame.address("/archive"), icon: .archive) }

    private var address: PageAddress {
        PageAddress(
            base, ["state": search.state?.rawValue, "queue": search.queue, "tag": search.tag, "q": search.text])
    }

    private var filters: FilterBar {
        let states = [Choice("", "All")] + JobState.allCases.map { Choice($0.rawValue, JobWords.badge($0).word) }
        let names = [Choice("", "All")] + queues.map { Choice($0, $0) }
        let state = SelectField(
            "state", label: "State", value: search.state?.rawValue ?? "", choices: states, presence: .free)
        let queue = SelectField(
            "queue", label: "Queue", value: search.queue ?? "", choices: names, presence: .free)
        let text = TextField(
            "q", label: "Name, key, argument or id", value: search.text, kind: .search, presence: .free,
            maxLength: 200)
        let tag = TextField("tag", label: "Tag", value: search.tag ?? "", presence: .free, maxLength: JobTag.length)
        return FilterBar(action: base, fields: "\(state)\(queue)\(tag)\(text)", clear: isNarrowed ? base : nil)
    }

    /// The filter, as hidden fields.
    private var hidden: HTML {
        """
        <input type="hidden" name="state" value="\(search.state?.rawValue ?? "")">\
        <input type="hidden" name="queue" value="\(search.queue ?? "")">\
        <input type="hidden" name="tag" value="\(search.tag ?? "")">\
        <input type="hidden" name="q" value="\(search.text)">
        """
    }

    private static let chosenForm = "chosen"

    /// Handles for the jobs that are ticked, where there is something to tick.
    private var chosen: HTML? {
        guard jobs.contains(where: \.state.isFinal) else { return nil }
        let again = Button("Try ticked again", weight: .secondary, icon: .retry, action: frame.address("/jobs/replay"))
        let away = Button(
            "Remove ticked", weight: .secondary, icon: .archive, action: frame.address("/jobs/discard"),
            confirm: "Remove the ticked jobs? They can't be brought back.")
        let fields: HTML = "\(hidden)<input type=\"hidden\" name=\"chosen\" value=\"true\">"
        return frame.form("/jobs/replay", fields: fields, again, away, id: JobListPage.chosenForm)
    }

    /// Handles for all that fit, where something can be done with them.
    private var bulk: HTML? {
        guard let state = search.state, [.failed, .cancelled].contains(state), !jobs.isEmpty else { return nil }
        return frame.form(
            "/jobs/replay", fields: hidden,
            Button(
                "Try all that fit again", weight: .secondary, icon: .retry,
                confirm: "Try all jobs of this list again, a thousand at most?"),
            Button(
                "Remove all that fit", weight: .danger, icon: .archive, action: frame.address("/jobs/discard"),
                confirm: "Remove all jobs of this list, a thousand at most? They can't be brought back."))
    }

    /// The box beside a job that has ended.
    private func tick(_ job: JobRecord) -> HTML? {
        guard frame.mayChange, job.state.isFinal else { return nil }
        return """
            <label class="pick"><input type="checkbox" form="\(JobListPage.chosenForm)" name="ids" value="\(job.id)"\
            \(HTML.flag("checked", ticked.contains(job.id)))><span class="unseen">Tick job \(job.id)</span></label>
            """
    }

    private var list: HTML {
        guard !jobs.isEmpty else {
            return EmptyState(
                isNarrowed ? "No job fits" : "No job yet",
                detail: search.text.isEmpty
                    ? "Jobs that have ended are kept for a week, failed ones for thirty days."
                    : "The newest \(GroupedNumber(JobSearch.reach).text) jobs were looked at. Sealed arguments are not looked into.",
                icon: .list, actions: isNarrowed ? [Button("Show all", href: base)] : []
            ).html
        }
        let columns: [DataTable.Column] = [
            .init("Job"), .init("State"), .init("Queue"), .init("Since"), .init("Tries", .number),
            .init("What was wrong"),
            .init("Do", .actions),
        ]
        return DataTable(caption: "Jobs", columns: columns, rows: jobs.map(line)).framed
    }

    private func tags(_ job: JobRecord) -> HTML? {
        job.tags.isEmpty ? nil : "<span class=\"below\">\(JobTagLinks(frame: frame, tags: job.tags))</span>"
    }

    private func line(_ job: JobRecord) -> DataTable.Row {
        let since = job.finishedAt ?? job.startedAt ?? job.runAt
        let path = "/jobs/\(job.id)"
        let isOver = job.state == .failed || job.state == .cancelled
        let again =
            isOver
            ? frame.form("\(path)/replay", Button("Try again", weight: .quiet, spoken: "Try job \(job.id) again")) : nil
        return DataTable.Row([
            """
            <span class="picked">\(tick(job))<span><a href="\(frame.address(path))">\(job.name)</a> \
            <span class="soft">#\(job.id)</span>\(tags(job))</span></span>
            """,
            JobWords.badge(job.state).html, "<span class=\"code\">\(job.queue)</span>", frame.time(since),
            "\(job.attempt)", "\(job.state.isFinal || job.attempt > 0 ? job.errors.last?.message : nil)",
            again ?? .empty,
        ])
    }
}
