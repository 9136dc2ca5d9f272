import PorticoHTTP
import PorticoJobs
import PorticoPages
import PorticoSQL

extension JobConsole {
    /// The pages on which operators watch and steer the jobs, with their forms: queues, jobs, one job, schedules,
    /// one workflow.
    ///
    /// | POST below `/ops` | fields besides `_csrf` and `idempotency_key` |
    /// |---|---|
    /// | `/queues/{queue}/pause`, `/resume` | none |
    /// | `/queues/{queue}/scale` | `at_most`, `per_node` |
    /// | `/jobs/{id}/replay`, `/discard`, `/cancel` | none |
    /// | `/workflows/{id}/cancel`, `/replay` | none |
    /// | `/jobs/replay`, `/jobs/discard` | `state`, `queue`, `tag`, `q`; with `chosen` those of `ids` alone |
    /// | `/schedules/{name}/run`, `/pause`, `/resume` | none |
    public func pages(_ appearance: ConsoleAppearance) -> [Route] {
        JobConsolePages(console: self, appearance: appearance).limited
    }
}

/// The routes of the operators' pages about jobs.
struct JobConsolePages: ConsolePages {
    let console: JobConsole
    let appearance: ConsoleAppearance

    var routes: [Route] {
        let own: [Route] =
            [queues, pause, resume, scale, list, show, schedules] + JobConsole.Deed.allCases.map(one)
            + [many(.replay), many(.discard)] + JobConsole.ScheduleDeed.allCases.map(act)
            + [workflow] + JobConsole.WorkflowDeed.allCases.map(workflowForm)
        return own + scheduleRoutes + [archive]
    }

    static let path = ConsoleAppearance.path

    // MARK: - Queues

    private var queues: Route {
        .page(
            .get, JobConsolePages.path + "/queues", "queuesPage", "The queues of jobs", access: ConsolePermission.read
        ) { (context: RequestContext, query: ConsoleQuery) -> PageReply in
            try await queuesPage(context).reply(after: query)
        }
    }

    private func queuesPage(_ context: RequestContext) async throws -> QueuesPage {
        let (queues, running, workers) = try await console.database.read { [console] reading in
            let workers = try console.queue.workers(in: reading)
            return (
                try console.queues(with: workers, in: reading),
                try console.queue.jobs(JobSearch(state: .running), limit: 20, in: reading), workers
            )
        }
        return QueuesPage(
            frame: try await ConsoleFrame(context, appearance), queues: queues, running: running, workers: workers,
            room: try await roomBlock())
    }

    private var pause: Route { hold("pause", "submitQueuePause", "Pause a queue by the form", true) }
    private var resume: Route { hold("resume", "submitQueueResume", "Resume a queue by the form", false) }

    private func hold(_ word: String, _ name: String, _ summary: String, _ isPaused: Bool) -> Route {
        .page(
            .post, JobConsolePages.path + "/queues/{queue}/\(word)", name, summary, access: ConsolePermission.write
        ) { (context: RequestContext, input: QueueName) -> PageReply in
            var terms = try await console.database.read { try console.standing(input.queue, in: $0).terms }
            terms.isPaused = isPaused
            _ = try await console.change(input.queue, to: terms, by: context)
            return back(context, "queues", isPaused ? "paused" : "resumed")
        }
    }

    private var scale: Route {
        .page(
            .post, JobConsolePages.path + "/queues/{queue}/scale", "submitQueueScale", "Scale a queue by the form",
            access: ConsolePermission.write
        ) { (context: RequestContext, form: ScaleForm) -> PageReply in
            guard form.messages.isEmpty else {
                var page = try await queuesPage(context)
                page.openForm = form.queue
                page.form = FormState(values: form.values, messages: form.messages)
                return page.reply(422)
            }
            var terms = try await console.database.read { try console.standing(form.queue, in: $0).terms }
            (terms.atMost, terms.perNode) = (form.number("at_most"), form.number("per_node"))
            _ = try await console.change(form.queue, to: terms, by: context)
            return back(context, "queues", "scaled")
        }
    }

    // MARK: - Jobs

    private var list: Route {
        .page(
            .get, JobConsolePages.path + "/jobs", "jobsPage", "Jobs by state, queue, name, key and argument",
            access: ConsolePermission.read
        ) { (context: RequestContext, input: JobListQuery) -> PageReply in
            try await listPage(context, input.search, cursor: input.cursor).reply(after: input.done)
        }
    }

    private func listPage(
        _ context: RequestContext, _ search: JobSearch, cursor: String? = nil
    ) async throws -> JobListPage {
        let (found, names) = try await console.database.read { [console] reading in
            (
                try console.page(search, PageRequest(limit: 50, cursor: cursor), in: reading),
                try console.queue.overview(in: reading).map(\.queue)
            )
        }
        return JobListPage(
            frame: try await ConsoleFrame(context, appearance), search: search, jobs: found.items,
            queues: Set(names).union(console.queue.knownQueues).sorted(), cursor: cursor,
            nextCursor: found.next.map { console.cursors.sign($0, list: JobConsole.list(search)) })
    }

    private var show: Route {
        .page(
            .get, JobConsolePages.path + "/jobs/{id}", "jobPage", "One job, and why it does not run",
            access: ConsolePermission.read
        ) { (context: RequestContext, input: ConsoleItemQuery) -> PageReply in
            let found = try await console.database.read { [console] in try console.job(input.id, in: $0) }
            return JobPage(
                frame: try await ConsoleFrame(context, appearance), job: found.job, obstacles: found.obstacles,
                node: found.node
            ).reply(after: input.done)
        }
    }

    private func one(_ deed: JobConsole.Deed) -> Route {
        let (name, summary, done) =
            switch deed {
            case .replay: ("submitJobReplay", "Try a job again by the form", "replayed")
            case .discard: ("submitJobDiscard", "Remove a job by the form", "discarded")
            case .cancel: ("submitJobCancel", "Ask for the end of a job by the form", "cancelled")
            }
        return .page(
            .post, JobConsolePages.path + "/jobs/{id}/\(deed.rawValue)", name, summary,
            access: ConsolePermission.write
        ) { (context: RequestContext, input: OperatedJobID) -> PageReply in
            try await console.act(deed, on: input.id, by: context)
            return back(context, deed == .discard ? "jobs" : "jobs/\(input.id)", done)
        }
    }

    private func many(_ deed: JobConsole.Deed) -> Route {
        let isReplay = deed == .replay
        return .page(
            .post, JobConsolePages.path + "/jobs/\(deed.rawValue)",
            isReplay ? "submitJobsReplay" : "submitJobsDiscard",
            isReplay ? "Try the jobs that fit again by the form" : "Remove the jobs that fit by the form",
            access: ConsolePermission.write
        ) { (context: RequestContext, form: JobBulkForm) -> PageReply in
            do {
                let count = try await done(deed, form, by: context)
                return back(
                    context, "jobs", "\(isReplay ? "many_replayed" : "discarded")-\(count.done)-\(count.skipped)",
                    with: [
                        "state": form.search.state?.rawValue, "queue": form.search.queue, "tag": form.search.tag,
                        "q": form.search.text,
                    ])
            } catch let refused as BulkRefused {
                var page = try await listPage(context, form.search)
                (page.messages, page.ticked) = (refused.messages, Set(form.ids))
                return page.reply(refused.status)
            }
        }
    }

    /// - Throws: ``BulkRefused``, ``SQLError``.
    private func done(_ deed: JobConsole.Deed, _ form: JobBulkForm, by context: RequestContext) async throws
        -> JobConsole.Count
    {
        if let message = form.message { throw BulkRefused(status: 422, messages: [message]) }
        do {
            guard form.isChosen else { return try await console.act(deed, onAll: form.search, by: context) }
            try await console.act(deed, onChosen: form.ids, by: context)
        } catch let problem as Problem {
            let messages = [FieldMessage("", problem.detail)] + problem.errors.map { FieldMessage("", $0.message) }
            throw BulkRefused(status: problem.status, messages: messages)
        }
        return JobConsole.Count(done: Set(form.ids).count)
    }

    // MARK: - Schedules

    private var schedules: Route {
        .page(
            .get, JobConsolePages.path + "/schedules", "schedulesPage", "What comes by the clock",
            access: ConsolePermission.read
        ) { (context: RequestContext, query: ConsoleQuery) -> PageReply in
            let standings = try await console.database.read { [console] in try console.queue.schedules(in: $0) }
            return SchedulesPage(frame: try await ConsoleFrame(context, appearance), schedules: standings)
                .reply(after: query)
        }
    }

    private func act(_ deed: JobConsole.ScheduleDeed) -> Route {
        let (name, summary, done) =
            switch deed {
            case .run: ("submitScheduleRun", "Run a schedule now by the form", "asked")
            case .pause: ("submitSchedulePause", "Hold a schedule by the form", "held")
            case .resume: ("submitScheduleResume", "Let a schedule go by the form", "released")
            }
        return .page(
            .post, JobConsolePages.path + "/schedules/{name}/\(deed.rawValue)", name, summary,
            access: ConsolePermission.write
        ) { (context: RequestContext, input: ScheduleName) -> PageReply in
            _ = try await console.act(deed, onSchedule: input.name, by: context)
            return back(context, "schedules", done)
        }
    }
}

/// Why a form did nothing.
private struct BulkRefused: Error {
    let status: HTTPStatus
    let messages: [FieldMessage]
}
