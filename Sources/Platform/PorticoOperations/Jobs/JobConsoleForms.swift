import PorticoHTTP
import PorticoJobs
import PorticoPages

/// What the list of jobs is asked for. A state that is none shows all.
struct JobListQuery: RouteInput {
    let search: JobSearch
    let cursor: String?
    let done: ConsoleQuery

    init(_ fields: inout FieldReader) {
        search = JobListQuery.search(&fields)
        cursor = fields.optionalText("cursor", 1...1000, "Where the list goes on")
        done = ConsoleQuery(&fields)
    }

    /// The filter, in the query or in a form.
    static func search(_ fields: inout FieldReader) -> JobSearch {
        let state = fields.optionalText("state", 0...20, "Only jobs that stand there") ?? ""
        let queue = fields.optionalText("queue", 0...64, "Only of this queue") ?? ""
        let text = fields.optionalText("q", 0...200, "In the name, a key, a tag or an argument, or the id") ?? ""
        let tag = (fields.optionalText("tag", 0...200, "Only with this tag") ?? "").withoutEdges
        return JobSearch(
            state: JobState(rawValue: state), queue: queue.isEmpty ? nil : queue, text: text.withoutEdges,
            tag: tag.isEmpty ? nil : tag)
    }
}

/// The form below a list of jobs: it acts on all that fit, or on those that were ticked.
struct JobBulkForm: RouteInput {
    let search: JobSearch
    let isChosen: Bool
    let ids: [Int64]

    init(_ fields: inout FieldReader) {
        search = JobListQuery.search(&fields)
        isChosen = fields.flag("chosen", "Whether only the ticked jobs are meant, and not all that fit")
        ids = fields.optionalIdentifiers("ids", 0...JobFilterInput.most, "The ticked jobs") ?? []
    }

    /// What is wrong with the form itself.
    var message: FieldMessage? {
        if isChosen { return ids.isEmpty ? FieldMessage("", "Tick the jobs that are meant.") : nil }
        let isBulk = search.state == .failed || search.state == .cancelled
        return isBulk ? nil : FieldMessage("state", "Choose failed or cancelled jobs first.")
    }
}

/// The form that scales a queue. Everything is taken as it comes; the page says what is wrong.
struct ScaleForm: RouteInput {
    private static let names = ["at_most", "per_node"]

    let queue: String
    /// What was typed, for the form that is shown again.
    let values: [String: String]

    init(_ fields: inout FieldReader) {
        queue = fields.text("queue", 1...64, in: .path, "Name of the queue")
        values = [
            "at_most": fields.optionalText("at_most", 0...20, "Jobs at once on all nodes; empty for no limit") ?? "",
            "per_node": fields.optionalText("per_node", 0...20, "Places on each node; empty for its own") ?? "",
        ]
    }

    /// The number of a field; nil when it is empty or none.
    func number(_ name: String) -> Int? {
        Int(values[name] ?? "").flatMap { JobQueueTerms.range.contains($0) ? $0 : nil }
    }

    /// What is wrong.
    var messages: [FieldMessage] {
        ScaleForm.names.filter { values[$0]?.isEmpty == false && number($0) == nil }.map {
            FieldMessage($0, "Enter a whole number from 1 to 10,000, or nothing.")
        }
    }
}
