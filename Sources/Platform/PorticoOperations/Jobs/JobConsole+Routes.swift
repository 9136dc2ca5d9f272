import PorticoHTTP
import PorticoJSON
import PorticoJobs
import PorticoSQL

extension JobConsole {
    static let path = "/api/v1/operations"

    /// The routes with which programs of operators see and do what the pages show, for the mount of the application.
    public func routes(limit: LimitClass = .pages) -> [Route] {
        let own = [
            listQueues, changeQueue, search, show, replay, discard, cancel, replayMany, discardMany, schedules,
            actOnSchedule, showWorkflow, cancelWorkflow, replayWorkflow,
        ]
        return (own + scheduleRoutes + [searchArchive]).map { $0.limited(by: limit) }
    }

    private var listQueues: Route {
        .json(
            .get, JobConsole.path + "/queues", "listQueues",
            "The queues of jobs with how many stand where, and how long they waited and ran lately",
            access: ConsolePermission.read
        ) { (_: RequestContext, _: NoInput) -> Reply<ListAnswer<QueueAnswer>> in
            let standings = try await database.read { try queues(in: $0) }
            return .ok(ListAnswer(items: standings.map { QueueAnswer($0) }, nextCursor: nil))
        }
    }

    private var changeQueue: Route {
        .json(
            .put, JobConsole.path + "/queues/{queue}", "changeQueue",
            "Pause, resume or scale a queue on all nodes, without a restart", access: ConsolePermission.write,
            statuses: [(.ok, "It holds on all nodes within a second")], refusals: [(404, "not_found")]
        ) { (context: RequestContext, input: QueueInput) -> Reply<QueueAnswer> in
            .ok(QueueAnswer(try await change(input.queue, to: input.terms, by: context)))
        }
        .finding { [self] (_, named: QueueName) in _ = try await database.read { try standing(named.queue, in: $0) } }
    }

    private var search: Route {
        .json(
            .get, JobConsole.path + "/jobs", "searchJobs",
            "Jobs by state, queue, tag, name, key and argument, the newest first",
            access: ConsolePermission.read, refusals: [(422, "invalid_cursor")]
        ) { (_: RequestContext, input: JobSearchInput) -> Reply<ListAnswer<OperatedJobAnswer>> in
            let found = try await database.read { try page(input.search, input.page, in: $0) }
            return .ok(
                ListAnswer(
                    items: found.items.map { OperatedJobAnswer($0) },
                    nextCursor: found.next.map { cursors.sign($0, list: JobConsole.list(input.search)) }))
        }
    }

    private var show: Route {
        .json(
            .get, JobConsole.path + "/jobs/{id}", "inspectJob", "One job with everything known of it",
            access: ConsolePermission.read, refusals: [(404, "job_not_found")]
        ) { (_: RequestContext, input: OperatedJobID) -> Reply<OperatedJobAnswer> in
            let found = try await database.read { try job(input.id, in: $0) }
            return .ok(OperatedJobAnswer(found.job, found.obstacles))
        }
    }

    private var replay: Route {
        one(.replay, "replayJob", "Try a failed or cancelled job again, with all of its retries")
    }
    private var discard: Route { one(.discard, "discardJob", "Remove a job that has ended") }
    private var cancel: Route { one(.cancel, "endJob", "Ask for the end of a job that has not ended") }

    private func one(_ deed: Deed, _ name: String, _ summary: String) -> Route {
        .json(
            .post, JobConsole.path + "/jobs/{id}/\(deed.rawValue)", name, summary, access: ConsolePermission.write,
            statuses: [(.noContent, "Done")],
            refusals: [(HTTPStatus(404), "job_not_found")] + JobConsole.refusals(of: deed)
        ) { (context: RequestContext, input: OperatedJobID) -> Reply<NoContent> in
            try await act(deed, on: input.id, by: context)
            return Reply(NoContent(), status: .noContent)
        }
    }

    private static func refusals(of deed: Deed) -> [(HTTPStatus, String)] {
        switch deed {
        case .replay: [(409, "job_state"), (409, "job_key_taken"), (409, "workflow_ended")]
        case .discard: [(409, "job_state"), (409, "workflow_open")]
        case .cancel: [(409, "job_state")]
        }
    }

    private var replayMany: Route { many(.replay, "replayJobs", "Try the failed or cancelled jobs that fit again") }
    private var discardMany: Route { many(.discard, "discardJobs", "Remove the jobs that fit and have ended") }

    private func many(_ deed: Deed, _ name: String, _ summary: String) -> Route {
        .json(
            .post, JobConsole.path + "/jobs/\(deed.rawValue)", name, "\(summary), a thousand at most",
            access: ConsolePermission.write, refusals: JobConsole.refusals(of: deed)
        ) { (context: RequestContext, input: JobFilterInput) -> Reply<JobCountAnswer> in
            if let ids = input.ids {
                try await act(deed, onChosen: ids, by: context)
                return .ok(JobCountAnswer(count: Set(ids).count, chosen: ids))
            }
            let count = try await act(deed, onAll: input.search, by: context)
            return .ok(JobCountAnswer(count: count.done, skipped: count.skipped))
        }
    }

    private var schedules: Route {
        .json(
            .get, JobConsole.path + "/schedules", "listSchedules",
            "What comes by the clock, with its next and last time",
            access: ConsolePermission.read
        ) { (_: RequestContext, _: NoInput) -> Reply<ListAnswer<ScheduleAnswer>> in
            let standings = try await database.read { try queue.schedules(in: $0) }
            return .ok(ListAnswer(items: standings.map { ScheduleAnswer(standing: $0) }, nextCursor: nil))
        }
    }

    private var actOnSchedule: Route {
        .json(
            .post, JobConsole.path + "/schedules/{name}", "changeSchedule", "Run a schedule now, hold it or let it go",
            access: ConsolePermission.write, refusals: [(404, "not_found"), (409, "schedule_not_understood")]
        ) { (context: RequestContext, input: ScheduleInput) -> Reply<ScheduleAnswer> in
            .ok(ScheduleAnswer(standing: try await act(input.deed, onSchedule: input.name, by: context)))
        }
        .finding { [self] (_, named: ScheduleName) in
            _ = try await database.read { try schedule(named.name, in: $0) }
        }
    }

    // MARK: - Lists

    /// A page of a search.
    /// - Throws: ``Problem`` 422 for a cursor of another list; ``SQLError``.
    func page(_ search: JobSearch, _ page: PageRequest, in session: some SQLSession) throws -> Page<JobRecord> {
        var before: Int64?
        if let cursor = page.cursor {
            guard let position = cursors.position(cursor, list: JobConsole.list(search)), let id = Int64(position[0])
            else { throw Problem(422, "invalid_cursor", "The cursor belongs to another list.") }
            before = id
        }
        let fetched = try queue.jobs(search, before: before, limit: page.limit + 1, in: session)
        return Page(fetched: fetched, limit: page.limit) { ["\($0.id)"] }
    }

    /// The list a cursor belongs to.
    static func list(_ search: JobSearch) -> String {
        "operations.jobs/\(search.state?.rawValue ?? "")/\(search.queue ?? "")/\(search.tag ?? "")/\(search.text)"
    }
}
