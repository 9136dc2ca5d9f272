import PorticoJobs
import PorticoPages
import PorticoTelemetry
import PorticoValues

/// What happened to a job, the newest first: how it stands, its tries that did not end well, and where it came from.
struct JobStory: PageComponent {
    let frame: ConsoleFrame
    let job: JobRecord
    /// The node that runs it; nil when nobody does, or it is not known.
    let node: String?

    var html: HTML {
        """
        <section class="block" aria-labelledby="story-title"><h2 id="story-title">What happened</h2>\
        <ol class="timeline">\(present)\(job.errors.reversed().map(entry))\(forgotten)\(beginning)</ol></section>
        """
    }

    private func line(_ icon: Icon, _ what: HTML, _ when: HTML, _ more: HTML? = nil) -> HTML {
        "<li>\(icon)<p class=\"what\">\(what)</p><p class=\"when\">\(when)</p>\(more)</li>"
    }

    // MARK: - Now

    /// What it does now or did last, where no note tells of it.
    private var present: HTML? {
        switch job.state {
        case .running:
            let asked: HTML? = job.isCancelRequested ? "<p>It was asked to end.</p>" : nil
            return line(
                .retry, "Runs: try \(job.attempt) of \(job.retries + 1)",
                details([
                    job.startedAt.map { "since \(frame.time($0))" }, reached(job.done, job.total), at(node),
                ]), asked)
        case .succeeded:
            return line(
                .check, "Done", details([job.finishedAt.map { frame.time($0) }, took(job.startedAt, job.finishedAt)]))
        case .cancelled: return line(.cross, "Cancelled", details([job.finishedAt.map { frame.time($0) }]))
        case .scheduled:
            return line(.clock, job.errors.isEmpty ? "Due later" : "Next try", details([frame.time(job.runAt)]))
        case .queued, .blocked, .throttled, .waiting:
            return line(.list, "\(JobWords.badge(job.state).word)", "due since \(frame.time(job.runAt))")
        case .failed: return nil
        }
    }

    // MARK: - Tries

    private func entry(_ note: JobErrorNote) -> HTML {
        let isLast = job.state == .failed && note == job.errors.last
        return line(
            isLast ? .stop : .warning, "\(note.message) <span class=\"code\">\(note.code)</span>",
            details([
                "Try \(note.attempt) ended \(frame.time(note.at))", took(note.startedAt, note.at),
                reached(note.done, note.total), at(note.node),
            ]), "\(places(note))\(words(note))")
    }

    /// Where it failed, as far as it is known.
    private func places(_ note: JobErrorNote) -> HTML? {
        let kinds = note.causes.map { "<span class=\"code epc\">\($0.type)</span>" as HTML }
        let chain = kinds.dropFirst().reduce(kinds.first) { chain, next in chain.map { "\($0)<br>because of \(next)" } }
        let failed = note.statement
        let last = failed == nil ? note.lastStatement : nil
        guard chain != nil || failed != nil || last != nil else { return nil }
        return DefinitionList([
            "Error": chain,
            "In statement": failed.map { "<span class=\"code\">\($0)</span>" },
            "Last statement": last.map { "<span class=\"code\">\($0)</span>" },
        ]).html
    }

    /// The words of the errors, each once, in the order of the errors.
    private func words(_ note: JobErrorNote) -> HTML? {
        var all: [String] = []
        for words in note.causes.map(\.words) + [note.detail].compactMap(\.self) {
            if !words.isEmpty, !all.contains(words) { all.append(words) }
        }
        guard !all.isEmpty else { return nil }
        return "<pre class=\"words\" tabindex=\"0\">\(all.joined(separator: "\n"))</pre>"
    }

    private func took(_ from: Instant?, _ until: Instant?) -> HTML? {
        guard let from, let until, until >= from else { return nil }
        return "after \(SpanText(until - from))"
    }

    private func at(_ node: String?) -> HTML? {
        guard let node, !node.isEmpty else { return nil }
        return "on <span class=\"code\">\(node)</span>"
    }

    private func reached(_ done: Int64?, _ total: Int64?) -> HTML? {
        JobWords.progress(done, of: total).map { "at \($0)" }
    }

    private func details(_ parts: [HTML?]) -> HTML {
        let present = parts.compactMap(\.self)
        return present.dropFirst().reduce(present.first ?? .empty) { "\($0), \($1)" }
    }

    // MARK: - Before

    private var forgotten: HTML? {
        guard job.errors.count == JobRecord.keptErrors else { return nil }
        return line(.more, "Earlier tries", "The last \(JobRecord.keptErrors) are kept.")
    }

    private var beginning: HTML {
        guard let origin = job.origin else {
            return line(.plus, "Enqueued", "\(frame.time(job.createdAt)), by the clock or an event")
        }
        let trace: HTML? =
            origin.traceID == origin.requestID
            ? nil : "<p>Trace: <span class=\"code epc\">\(origin.traceID)</span></p>"
        return line(
            .plus, "Enqueued", "\(frame.time(job.createdAt)), by a request or a job of it",
            """
            <p>Request: <span class="code epc">\(origin.requestID)</span></p>\(trace)\
            <p class="note">Log lines of the request and of this job carry both as request.id and trace.id.</p>
            """)
    }
}
