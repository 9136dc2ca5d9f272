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

    var title: String { "Jobs" }
    var part: ConsolePart { .jobs }

    private var isNarrowed: Bool { search != JobSearch() }
    private var base: String { frame.address("/jobs") }

    var content: HTML {
        """
        \(PageHeading("Jobs", subtitle: "The newest first."))\
        \(filters)<div class="stack">\(bulk)<div class="table-frame">\(list)</div></div>\
        \(CursorPager(address: address, cursor: cursor, next: nextCursor))
        """
    }

    private var address: PageAddress {
        PageAddress(base, ["state": search.state?.rawValue, "queue": search.queue, "q": search.text])
    }

    private var filters: FilterBar {
        let states = [Choice("", "All")] + JobState.allCases.map { Choice($0.rawValue, JobWords.badge($0).word) }
        let names = [Choice("", "All")] + queues.map { Choice($0, $0) }
        let state = SelectField(
            "state", label: "State", value: search.state?.rawValue ?? "", choices: states, presence: .optional)
        let queue = SelectField(
            "queue", label: "Queue", value: search.queue ?? "", choices: names, presence: .optional)
        let text = TextField(
            "q", label: "Name, key, argument or id", value: search.text, kind: .search, presence: .optional,
            maxLength: 200)
        return FilterBar(action: base, fields: "\(state)\(queue)\(text)", clear: isNarrowed ? base : nil)
    }

    /// Handles for all that fit, where something can be done with them.
    private var bulk: HTML? {
        guard let state = search.state, [.failed, .cancelled].contains(state), !jobs.isEmpty else { return nil }
        let hidden: HTML = """
            <input type="hidden" name="state" value="\(state.rawValue)">\
            <input type="hidden" name="queue" value="\(search.queue ?? "")">\
            <input type="hidden" name="q" value="\(search.text)">
            """
        let again = frame.form(
            "/jobs/replay", fields: hidden,
            Button(
                "Try all that fit again", weight: .secondary, icon: .retry,
                confirm: "Try all jobs of this list again, a thousand at most?"))
        let away = frame.form(
            "/jobs/discard", fields: hidden,
            Button(
                "Remove all that fit", weight: .danger, icon: .archive,
                confirm: "Remove all jobs of this list, a thousand at most? They can't be brought back."))
        return again.map { "<div class=\"buttons\">\($0)\(away)</div>" }
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
        return DataTable(caption: "Jobs", columns: columns, rows: jobs.map(line)).html
    }

    private func line(_ job: JobRecord) -> DataTable.Row {
        let since = job.finishedAt ?? job.startedAt ?? job.runAt
        let path = "/jobs/\(job.id)"
        let isOver = job.state == .failed || job.state == .cancelled
        let again =
            isOver
            ? frame.form("\(path)/replay", Button("Try again", weight: .quiet, spoken: "Try job \(job.id) again")) : nil
        return DataTable.Row([
            "<a href=\"\(frame.address(path))\">\(job.name)</a> <span class=\"soft\">#\(job.id)</span>",
            JobWords.badge(job.state).html, "<span class=\"code\">\(job.queue)</span>", frame.time(since),
            "\(job.attempt)", "\(job.state.isFinal || job.attempt > 0 ? job.errors.last?.message : nil)",
            again ?? .empty,
        ])
    }
}
