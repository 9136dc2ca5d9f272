import PorticoJSON
import PorticoJobs
import PorticoPages

/// `/ops/jobs/{id}`: one job: where it stands and why, what it was told, what went wrong, what came of it.
struct JobPage: ConsolePage {
    var frame: ConsoleFrame
    var job: JobRecord
    var obstacles: [JobObstacle]
    /// The node that runs it.
    var node: String?

    var title: String { "\(job.name) #\(job.id)" }
    var part: ConsolePart { .jobs }

    var content: HTML {
        """
        \(PageHeading(
            "\(job.name) <span class=\"soft\">#\(job.id)</span> \(JobWords.badge(job.state))",
            back: ("Jobs", frame.address("/jobs"))))
        \(standing)<div class="columns"><div class="stack">\(outcome)\(JobStory(frame: frame, job: job, node: node))\(told)</div>\
        <div class="stack"><section class="block" aria-labelledby="facts-title"><h2 id="facts-title">Facts</h2>\(facts)\
        </section>\(actions)</div></div>
        """
    }

    private var standing: HTML? {
        if obstacles.isEmpty, job.state == .queued {
            let notice = Notice("Nothing keeps it from running", tone: .info, detail: "It begins within a second.")
            return "<div class=\"notices\">\(notice)</div>"
        }
        guard !obstacles.isEmpty else { return nil }
        let reasons = obstacles.map { "<li>\(ObstacleText($0).html(frame))</li>" as HTML }
        let isStuck = obstacles.contains(.nobody) || obstacles.contains(.paused)
        let notice = Notice(
            "Why it does not run yet", tone: isStuck ? .warn : .info, detail: "<ul class=\"plain\">\(reasons)</ul>")
        return "<div class=\"notices\">\(notice)</div>"
    }

    private var tags: HTML? {
        job.tags.isEmpty ? nil : JobTagLinks(frame: frame, tags: job.tags).html
    }

    private var facts: DefinitionList {
        DefinitionList([
            "Queue": "<span class=\"code\">\(job.queue)</span>",
            "Progress": JobWords.progress(job).map { "\($0)" },
            "Tries": "\(job.attempt) of \(job.retries + 1)",
            "Lost by its worker": job.rescues > 0 ? (job.rescues == 1 ? "once" : "\(job.rescues) times") : nil,
            "Enqueued": frame.time(job.createdAt),
            "Due": frame.time(job.runAt),
            "Began": job.startedAt.map { frame.time($0) },
            "Ended": job.finishedAt.map { frame.time($0) },
            "Only one of": job.uniqueKey.map {
                "<span class=\"code epc\">\($0)</span><span class=\"below\">Enqueuing the same again gives this job.</span>"
            },
            "Limit": job.limitKey.map { "<span class=\"code\">\($0)</span>" },
            "Rate": job.rateKey.map { "<span class=\"code\">\($0)</span>" },
            "Share": job.shareKey.map { "<span class=\"code\">\($0)</span>" },
            "Tags": tags,
            "Asked for by account": job.owner.map { "\($0)" },
            "Group": job.groupID.map { "\($0)" },
            "Workflow": job.workflowID.map { "<a href=\"\(frame.address("/workflows/\($0)"))\">\($0)</a>" },
        ])
    }

    private var told: HTML {
        let inside: HTML =
            job.isSealed
            ? "<p>\(Icon.lock) Sealed: only the job itself can read it.</p>"
            : "<pre class=\"words\" tabindex=\"0\">\(JobWords.lines(job.payload))</pre>"
        return """
            <section class="block" aria-labelledby="told-title"><h2 id="told-title">What it was told</h2>\(inside)</section>
            """
    }

    private var outcome: HTML? {
        let shown: HTML? = job.result.map { "<pre class=\"words\" tabindex=\"0\">\(JobWords.lines($0))</pre>" }
        let sealed: HTML? =
            job.isResultSealed ? "<p>\(Icon.lock) Sealed: only later steps and who asked for it can read it.</p>" : nil
        guard let inside = shown ?? sealed else { return nil }
        return """
            <section class="block" aria-labelledby="result-title"><h2 id="result-title">What came of it</h2>\(inside)</section>
            """
    }

    private var actions: HTML? {
        let path = "/jobs/\(job.id)"
        var forms: [HTML?] = []
        if job.state == .failed || job.state == .cancelled {
            forms.append(frame.form("\(path)/replay", Button("Try again", icon: .retry)))
        }
        if job.state.isFinal {
            let question = "Remove job \(job.id)? It can't be brought back."
            forms.append(
                frame.form("\(path)/discard", Button("Remove", weight: .danger, icon: .archive, confirm: question)))
        } else {
            let question = "End job \(job.id)? What it has done stays done."
            forms.append(
                frame.form("\(path)/cancel", Button("End it", weight: .danger, icon: .stop, confirm: question)))
        }
        let present = forms.compactMap(\.self)
        guard !present.isEmpty else { return nil }
        return """
            <section class="actions" aria-labelledby="actions-title"><h2 id="actions-title">Actions</h2>\
            <div class="buttons">\(present)</div></section>
            """
    }
}
