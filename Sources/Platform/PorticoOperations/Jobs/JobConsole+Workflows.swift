import PorticoHTTP
import PorticoIdentity
import PorticoJSON
import PorticoJobs
import PorticoPages
import PorticoSQL

/// What operators see of workflows and do with them.
extension JobConsole {
    /// What can be done with a workflow.
    enum WorkflowDeed: String, Sendable, CaseIterable {
        case cancel, replay

        /// Whether it can be done with one that stands there.
        func fits(_ workflow: JobWorkflowRecord) -> Bool {
            switch self {
            case .cancel: workflow.finishedAt == nil && workflow.cancelledAt == nil
            case .replay:
                workflow.finishedAt == nil
                    ? workflow.cancelledAt == nil && workflow.steps.contains { $0.state == .failed }
                    : workflow.state == .failed || workflow.state == .cancelled
            }
        }

        var audited: String {
            switch self {
            case .cancel: "workflow.cancelled"
            case .replay: "workflow.replayed"
            }
        }
    }

    /// One workflow.
    /// - Throws: ``Problem`` 404; ``SQLError``.
    func workflow(_ id: Int64, in session: some SQLSession) throws -> JobWorkflowRecord {
        guard let workflow = try queue.workflow(id, in: session) else {
            throw Problem(404, "workflow_not_found", "There is no such workflow.")
        }
        return workflow
    }

    /// Does something with a workflow.
    /// - Throws: ``Problem`` 404 for one that is not there, 409 where it does not stand so; ``SQLError``.
    func act(_ deed: WorkflowDeed, onWorkflow id: Int64, by context: RequestContext) async throws {
        try await database.write { [self] transaction in
            let workflow = try self.workflow(id, in: transaction)
            guard try done(deed, workflow, in: transaction) else {
                throw Problem(
                    409, "workflow_state", "The workflow is \(workflow.state.rawValue): that can't be done with it.")
            }
            let before: JSONValue = ["name": .string(workflow.name), "state": .string(workflow.state.rawValue)]
            try transaction.audit(AuditEntry(deed.audited, entity: "\(id)", before: before, by: context))
        }
    }

    private func done(
        _ deed: WorkflowDeed, _ workflow: JobWorkflowRecord, in transaction: Transaction
    ) throws -> Bool {
        guard deed.fits(workflow) else { return false }
        do {
            switch deed {
            case .cancel: return try queue.cancelWorkflow(workflow.id, in: transaction)
            case .replay: return try queue.replayWorkflow(workflow.id, in: transaction)
            }
        } catch let refused as JobReplayError {
            throw refused.problem
        }
    }
}

/// A workflow by id.
struct WorkflowID: RouteInput {
    let id: Int64

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", in: .path, "Id of the workflow")
    }
}

extension JobConsole {
    var showWorkflow: Route {
        .json(
            .get, JobConsole.path + "/workflows/{id}", "inspectWorkflow", "One workflow with its steps",
            access: ConsolePermission.read, refusals: [(404, "workflow_not_found")]
        ) { (_: RequestContext, input: WorkflowID) -> Reply<WorkflowAnswer> in
            .ok(WorkflowAnswer(try await database.read { try workflow(input.id, in: $0) }))
        }
    }

    var cancelWorkflow: Route {
        one(
            .cancel, "cancelWorkflow", "Cancel what of a workflow has not started, and ask for the end of what runs",
            refusals: [(404, "workflow_not_found"), (409, "workflow_state")])
    }

    var replayWorkflow: Route {
        one(
            .replay, "replayWorkflow", "Try the steps of a workflow again that failed or were cancelled",
            refusals: [(404, "workflow_not_found"), (409, "workflow_state"), (409, "job_key_taken")])
    }

    private func one(
        _ deed: WorkflowDeed, _ name: String, _ summary: String, refusals: [(HTTPStatus, String)]
    ) -> Route {
        .json(
            .post, JobConsole.path + "/workflows/{id}/\(deed.rawValue)", name, summary,
            access: ConsolePermission.write, statuses: [(.noContent, "Done")], refusals: refusals
        ) { (context: RequestContext, input: WorkflowID) -> Reply<NoContent> in
            try await act(deed, onWorkflow: input.id, by: context)
            return Reply(NoContent(), status: .noContent)
        }
    }
}

extension JobConsolePages {
    var workflow: Route {
        .page(
            .get, JobConsolePages.path + "/workflows/{id}", "workflowPage", "One workflow, its steps, and where it is",
            access: ConsolePermission.read
        ) { (context: RequestContext, input: ConsoleItemQuery) -> PageReply in
            let record = try await console.database.read { [console] in try console.workflow(input.id, in: $0) }
            return WorkflowPage(frame: try await ConsoleFrame(context, appearance), workflow: record)
                .reply(after: input.done)
        }
    }

    func workflowForm(_ deed: JobConsole.WorkflowDeed) -> Route {
        let (name, summary, done) =
            switch deed {
            case .cancel: ("submitWorkflowCancel", "Cancel a workflow by the form", "workflow_cancelled")
            case .replay: ("submitWorkflowReplay", "Try a workflow again by the form", "workflow_replayed")
            }
        return .page(
            .post, JobConsolePages.path + "/workflows/{id}/\(deed.rawValue)", name, summary,
            access: ConsolePermission.write
        ) { (context: RequestContext, input: WorkflowID) -> PageReply in
            try await console.act(deed, onWorkflow: input.id, by: context)
            return back(context, "workflows/\(input.id)", done)
        }
    }
}
