import PorticoJSON
import PorticoJobs
import PorticoValues

/// A workflow as programs of operators see it.
struct WorkflowAnswer: JSONRepresentable {
    private let workflow: JobWorkflowRecord?

    init(_ workflow: JobWorkflowRecord?) {
        self.workflow = workflow
    }

    static let schemaName = "Workflow"
    static let example = WorkflowAnswer(nil)

    func write(to object: inout JSONObjectWriter) {
        let steps = workflow?.steps.map { Step($0) } ?? [.example]
        object.field("id", id: workflow?.id ?? 4, "Id")
        object.field("name", workflow?.name ?? "orders.ship", "What it does")
        let state = workflow?.state ?? .running
        object.field("state", state, "Where it stands; stopped: others wait for a step that failed")
        object.field("stopped_at", workflow?.stoppedAt ?? [], "The failed steps whose success others wait for")
        object.field(
            "created_at", workflow?.createdAt ?? Instant(milliseconds: 1_795_258_800_000), "When it was enqueued")
        object.field("cancelled_at", workflow?.cancelledAt, "When somebody cancelled it")
        object.field("finished_at", workflow?.finishedAt, "When it ended")
        object.field("steps", steps, "Its steps, in the order they were added")
    }

    /// A step.
    private struct Step: JSONRepresentable {
        let step: JobStepRecord?

        init(_ step: JobStepRecord?) {
            self.step = step
        }

        static let schemaName = "WorkflowStep"
        static let example = Step(nil)

        func write(to object: inout JSONObjectWriter) {
            object.field("name", step?.name ?? "pick", "Its name in the workflow")
            object.field("state", step?.state ?? .started, "Where it stands")
            object.field(
                "after",
                JSONValue.array(
                    (step?.after ?? []).map {
                        ["step": .string($0.step), "condition": .string($0.condition.rawValue)]
                    }), "What it waits for, and how that must have ended")
            object.field("batch", step?.isBatch ?? false, "Whether it may have many jobs")
            object.field("jobs", step?.total ?? 1, "Jobs it has")
            object.field("open", step?.open ?? 1, "Those of them that have not ended")
            object.field("unsuccessful", step?.unsuccessful ?? 0, "Those of them that failed or were cancelled")
            object.field("started_at", step?.startedAt, "When it began, the first time")
            object.field("ids", ids: step?.members.map(\.id) ?? [12], "Some of its jobs, first those without success")
        }
    }
}
