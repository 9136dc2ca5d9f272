import PorticoJobs
import PorticoPages
import PorticoValues

/// `/ops/archive`: what ran long ago and how it ended.
struct JobArchivePage: ConsolePage {
    var frame: ConsoleFrame
    var search: JobSearch
    var jobs: [ArchivedJob]
    /// All queues of now, to filter by.
    var queues: [String]
    var cursor: String?
    var nextCursor: String?

    var title: String { "Removed jobs" }
    var part: ConsolePart { .jobs }

    private var isNarrowed: Bool { search != JobSearch() }
    private var base: String { frame.address("/archive") }

    var content: HTML {
        """
        \(PageHeading(
            "Removed jobs", subtitle: "What ran long ago and how it ended, without what it was told.",
            back: ("Jobs", frame.address("/jobs"))))\
        \(filters)\(list)\(CursorPager(address: address, cursor: cursor, next: nextCursor))
        """
    }

    private var address: PageAddress {
        PageAddress(
            base, ["state": search.state?.rawValue, "queue": search.queue, "tag": search.tag, "q": search.text])
    }

    private var filters: FilterBar {
        let states =
            [Choice("", "All")]
            + JobState.allCases.filter(\.isFinal).map { Choice($0.rawValue, JobWords.badge($0).word) }
        let names = [Choice("", "All")] + queues.map { Choice($0, $0) }
        let state = SelectField(
            "state", label: "State", value: search.state?.rawValue ?? "", choices: states, presence: .free)
        let queue = SelectField("queue", label: "Queue", value: search.queue ?? "", choices: names, presence: .free)
        let tag = TextField("tag", label: "Tag", value: search.tag ?? "", presence: .free, maxLength: JobTag.length)
        let text = TextField(
            "q", label: "Name, error or id", value: search.text, kind: .search, presence: .free, maxLength: 200)
        return FilterBar(action: base, fields: "\(state)\(queue)\(tag)\(text)", clear: isNarrowed ? base : nil)
    }

    private var list: HTML {
        guard !jobs.isEmpty else {
            return EmptyState(
                isNarrowed ? "No removed job fits" : "No trace of a removed job",
                detail: isNarrowed
                    ? "The newest \(GroupedNumber(JobSearch.reach).text) traces were looked at."
                    : "The setting jobs.archive_days says for how many days traces are kept; without it none are.",
                icon: .archive, actions: isNarrowed ? [Button("Show all", href: base)] : []
            ).html
        }
        let columns: [DataTable.Column] = [
            .init("Job"), .init("Ended as"), .init("Queue"), .init("Ended"), .init("Ran"), .init("Tries", .number),
            .init("Error"),
        ]
        return DataTable(caption: "Removed jobs", columns: columns, rows: jobs.map(line)).framed
    }

    private func line(_ job: ArchivedJob) -> DataTable.Row {
        let tags: HTML? =
            job.tags.isEmpty
            ? nil : "<span class=\"below\">\(JobTagLinks(frame: frame, tags: job.tags, list: "/archive"))</span>"
        let ran = job.startedAt.map { SpanText(job.finishedAt - $0).html } ?? .empty
        let error: HTML = job.errorCode.map { "<span class=\"code\">\($0)</span>" } ?? .empty
        return DataTable.Row([
            "<span>\(job.name) <span class=\"soft\">#\(job.id)</span>\(tags)</span>", JobWords.badge(job.state).html,
            "<span class=\"code\">\(job.queue)</span>", frame.time(job.finishedAt), ran, "\(job.attempt)", error,
        ])
    }
}
