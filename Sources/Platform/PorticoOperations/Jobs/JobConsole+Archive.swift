import PorticoHTTP
import PorticoJSON
import PorticoJobs
import PorticoPages
import PorticoSQL
import PorticoValues

/// What operators see of jobs that were removed because of their age.
extension JobConsole {
    var searchArchive: Route {
        .json(
            .get, JobConsole.path + "/archive", "searchArchivedJobs",
            "Traces of jobs that were removed because they had ended long ago, the newest first",
            access: ConsolePermission.read, refusals: [(422, "invalid_cursor")]
        ) { (_: RequestContext, input: JobSearchInput) -> Reply<ListAnswer<ArchivedJobAnswer>> in
            let found = try await database.read { try archive(input.search, input.page, in: $0) }
            return .ok(
                ListAnswer(
                    items: found.items.map { ArchivedJobAnswer($0) },
                    nextCursor: found.next.map { cursors.sign($0, list: JobConsole.archiveList(input.search)) }))
        }
    }

    /// A page of a search.
    /// - Throws: ``Problem`` 422 for a cursor of another list; ``SQLError``.
    func archive(_ search: JobSearch, _ page: PageRequest, in session: some SQLSession) throws -> Page<ArchivedJob> {
        var before: Int64?
        if let cursor = page.cursor {
            guard let position = cursors.position(cursor, list: JobConsole.archiveList(search)),
                let id = Int64(position[0])
            else { throw Problem(422, "invalid_cursor", "The cursor belongs to another list.") }
            before = id
        }
        let fetched = try queue.archived(search, before: before, limit: page.limit + 1, in: session)
        return Page(fetched: fetched, limit: page.limit) { ["\($0.id)"] }
    }

    /// The list a cursor belongs to.
    static func archiveList(_ search: JobSearch) -> String { "\(JobConsole.list(search))/archive" }
}

extension JobConsolePages {
    var archive: Route {
        .page(
            .get, JobConsolePages.path + "/archive", "jobArchivePage", "Jobs that were removed because of their age",
            access: ConsolePermission.read
        ) { (context: RequestContext, input: JobListQuery) -> PageReply in
            let page = PageRequest(limit: 50, cursor: input.cursor)
            let (found, names) = try await console.database.read { [console] reading in
                (
                    try console.archive(input.search, page, in: reading),
                    try console.queue.overview(in: reading).map(\.queue)
                )
            }
            return JobArchivePage(
                frame: try await ConsoleFrame(context, appearance), search: input.search, jobs: found.items,
                queues: Set(names).union(console.queue.knownQueues).sorted(), cursor: input.cursor,
                nextCursor: found.next.map {
                    console.cursors.sign($0, list: JobConsole.archiveList(input.search))
                }
            ).reply()
        }
    }
}

/// The trace of a removed job as programs of operators see it.
struct ArchivedJobAnswer: JSONRepresentable {
    private let job: ArchivedJob?

    init(_ job: ArchivedJob?) {
        self.job = job
    }

    static let schemaName = "ArchivedJob"
    static let example = ArchivedJobAnswer(nil)

    func write(to object: inout JSONObjectWriter) {
        let ended = job?.finishedAt ?? Instant(milliseconds: 1_795_258_800_000)
        object.field("id", id: job?.id ?? 12, "Id it had")
        object.field("name", job?.name ?? "bags.import", "Its kind")
        object.field("queue", job?.queue ?? "imports", "The queue it was in")
        object.field("state", job?.state ?? .succeeded, "How it ended")
        object.field("tags", job?.tags ?? ["import:12"], "By which operators found it")
        object.field("attempt", job?.attempt ?? 1, "Runs begun that counted")
        object.field("rescues", job?.rescues ?? 0, "How often its worker was lost")
        object.field("error_code", job?.errorCode, "The code of its last error; null where nothing went wrong")
        object.field("request_id", job?.requestID, "The request that enqueued it")
        object.field("workflow_id", id: job?.workflowID, "The workflow it was a step of")
        object.field("created_at", job?.createdAt ?? ended, "When it was enqueued")
        object.field("started_at", job?.startedAt, "When its last run began")
        object.field("finished_at", ended, "When it ended")
        object.field("archived_at", job?.archivedAt ?? ended, "When it was removed")
    }
}
