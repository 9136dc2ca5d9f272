import PorticoJobs
import PorticoPages

/// `/ops/workflows/{id}`: the steps of a workflow, what each waits for, where it stands, and its jobs.
struct WorkflowPage: ConsolePage {
    var frame: ConsoleFrame
    var workflow: JobWorkflowRecord

    var title: String { "\(workflow.name) \(workflow.id)" }
    var part: ConsolePart { .jobs }

    var content: HTML {
        """
        \(PageHeading(
            "\(workflow.name) <span class=\"soft\">workflow \(workflow.id)</span> \(WorkflowPage.badge(workflow.state))",
            back: ("Jobs", frame.address("/jobs"))))
        \(standing)<div class="stack"><section class="block" aria-labelledby="steps-title">\
        <h2 id="steps-title">Steps</h2>\(steps)</section>\
        <section class="block" aria-labelledby="facts-title"><h2 id="facts-title">Facts</h2>\(facts)</section>\(actions)</div>
        """
    }

    private var standing: HTML? {
        guard !workflow.stoppedAt.isEmpty else { return nil }
        let places = workflow.steps.filter { workflow.stoppedAt.contains($0.name) }.map { step -> HTML in
            "<li>\(link(step)): \(members(step))</li>"
        }
        let notice = Notice(
            "Stopped at \(workflow.stoppedAt.joined(separator: ", "))", tone: .warn,
            detail: "<ul class=\"plain\">\(places)</ul><p>What follows goes on when these jobs have succeeded.</p>")
        return "<div class=\"notices\">\(notice)</div>"
    }

    private var steps: HTML {
        let columns: [DataTable.Column] = [
            .init("Step"), .init("State"), .init("After"), .init("Jobs", .number), .init("Open", .number),
            .init("Job"),
        ]
        let rows = workflow.steps.map { step in
            DataTable.Row(
                [
                    "\(step.name)\(step.isBatch ? " <span class=\"soft\">batch</span>" as HTML : .empty)",
                    WorkflowPage.badge(step.state).html, before(step), "\(GroupedNumber(step.total).text)",
                    step.open == 0 ? .empty : "\(GroupedNumber(step.open).text)", members(step),
                ], id: anchor(step.name))
        }
        return DataTable(caption: "Steps", columns: columns, rows: rows).framed
    }

    /// What the step waits for, with links to the rows of these steps.
    private func before(_ step: JobStepRecord) -> HTML {
        let parts = step.after.map { edge -> HTML in
            let name: HTML = "<a href=\"#\(anchor(edge.step))\">\(edge.step)</a>"
            switch edge.condition {
            case .succeeded: return name
            case .failed: return "\(name) <span class=\"soft\">failed</span>"
            case .ended: return "\(name) <span class=\"soft\">ended</span>"
            }
        }
        return WorkflowPage.listed(parts)
    }

    private func members(_ step: JobStepRecord) -> HTML {
        let links = step.members.map { member -> HTML in
            """
            <a href="\(frame.address("/jobs/\(member.id)"))">#\(member.id)</a> \
            <span class="soft">\(JobWords.badge(member.state).word)</span>
            """
        }
        let rest: [HTML] = step.total > links.count && !links.isEmpty ? ["…"] : []
        return WorkflowPage.listed(links + rest)
    }

    private func link(_ step: JobStepRecord) -> HTML { "<a href=\"#\(anchor(step.name))\">\(step.name)</a>" }

    /// Names may hold anything: the place says which row is meant.
    private func anchor(_ name: String) -> String {
        "step-\((workflow.steps.firstIndex { $0.name == name } ?? 0) + 1)"
    }

    private static func listed(_ parts: [HTML]) -> HTML {
        parts.dropFirst().reduce(parts.first ?? .empty) { "\($0), \($1)" }
    }

    private var facts: DefinitionList {
        DefinitionList([
            "Enqueued": frame.time(workflow.createdAt),
            "Cancelled": workflow.cancelledAt.map { frame.time($0) },
            "Ended": workflow.finishedAt.map { frame.time($0) },
            "Asked for by account": workflow.owner.map { "\($0)" },
        ])
    }

    private var actions: HTML? {
        let path = "/workflows/\(workflow.id)"
        var forms: [HTML?] = []
        if JobConsole.WorkflowDeed.replay.fits(workflow) {
            forms.append(frame.form("\(path)/replay", Button("Try failed steps again", icon: .retry)))
        }
        if JobConsole.WorkflowDeed.cancel.fits(workflow) {
            let question = "Cancel workflow \(workflow.id)? What it has done stays done."
            forms.append(
                frame.form("\(path)/cancel", Button("Cancel it", weight: .danger, icon: .stop, confirm: question)))
        }
        let present = forms.compactMap(\.self)
        guard !present.isEmpty else { return nil }
        return """
            <section class="actions" aria-labelledby="actions-title"><h2 id="actions-title">Actions</h2>\
            <div class="buttons">\(present)</div></section>
            """
    }

    static func badge(_ state: JobWorkflowState) -> Badge {
        switch state {
        case .running: Badge("Runs", tone: .info, icon: .retry)
        case .stopped: Badge("Stopped", tone: .warn, icon: .stop)
        case .succeeded: Badge("Done", tone: .good, icon: .check)
        case .failed: Badge("Failed", tone: .bad, icon: .warning)
        case .cancelled: Badge("Cancelled", icon: .cross)
        }
    }

    static func badge(_ state: JobStepState) -> Badge {
        switch state {
        case .waiting: Badge("Follows others", icon: .link)
        case .started: Badge("Begun", tone: .info, icon: .retry)
        case .succeeded: Badge("Done", tone: .good, icon: .check)
        case .failed: Badge("Failed", tone: .bad, icon: .warning)
        case .skipped: Badge("Not needed", icon: .arrowRight)
        case .cancelled: Badge("Cancelled", icon: .cross)
        }
    }
}
