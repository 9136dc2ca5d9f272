import PorticoHTTP
import PorticoJobs

/// A queue by name, with what is to hold of it.
struct QueueInput: RouteInput {
    let queue: String
    let terms: JobQueueTerms

    init(_ fields: inout FieldReader) {
        queue = fields.text("queue", 1...64, in: .path, "Name of the queue")
        let range = Int64(JobQueueTerms.range.lowerBound)...Int64(JobQueueTerms.range.upperBound)
        var terms = JobQueueTerms()
        terms.isPaused = fields.flag("paused", "Whether no job of it starts")
        terms.atMost = fields.optionalInteger(
            "at_most", range, "Jobs that run at once on all nodes together; as many as there are places when absent"
        ).map { Int($0) }
        terms.perNode = fields.optionalInteger(
            "per_node", range, "Places on each node; what the node itself has when absent"
        ).map { Int($0) }
        self.terms = terms
    }
}

/// Which jobs are looked for.
struct JobSearchInput: RouteInput {
    let search: JobSearch
    let page: PageRequest

    init(_ fields: inout FieldReader) {
        search = JobSearch(
            state: fields.optionalChoice("state", of: JobState.self, in: .query, "Only jobs that stand there"),
            queue: fields.optionalText("queue", 0...64, in: .query, "Only of this queue").flatMap {
                $0.isEmpty ? nil : $0
            },
            text: fields.optionalText(
                "q", 0...200, in: .query,
                "In the name, a key, a tag or an argument, or the id; looks at the newest 20,000 that fit otherwise")
                ?? "",
            tag: fields.optionalText("tag", 0...JobTag.length, in: .query, "Only with this tag").flatMap {
                $0.isEmpty ? nil : $0
            })
        page = PageRequest(&fields)
    }
}

/// Which jobs something is done with.
struct JobFilterInput: RouteInput {
    /// The most that may be chosen by id.
    static let most = 100

    let search: JobSearch
    /// Those that were chosen; nil for all that fit.
    let ids: [Int64]?

    init(_ fields: inout FieldReader) {
        ids = fields.optionalIdentifiers(
            "ids", 1...JobFilterInput.most, "Only these jobs, all of them or none; the other fields do not count then")
        let ended = fields.optionalChoice(
            "state", of: EndedState.self, "Only jobs that ended so; needed where no ids are named")
        if ended == nil, ids == nil, !fields.isRecording, fields.errors.isEmpty {
            fields.refuse("state", "required", "is missing; name a state, or ids")
        }
        search = JobSearch(
            state: ended?.state ?? .failed,
            queue: fields.optionalText("queue", 0...64, "Only of this queue").flatMap { $0.isEmpty ? nil : $0 },
            text: fields.optionalText("q", 0...200, "In the name, a key, a tag or an argument, or the id") ?? "",
            tag: fields.optionalText("tag", 0...JobTag.length, "Only with this tag").flatMap { $0.isEmpty ? nil : $0 })
    }
}

/// The states something can be done with in bulk.
enum EndedState: String, CaseIterable, Sendable {
    case failed, cancelled

    var state: JobState { self == .failed ? .failed : .cancelled }
}

/// A job by id.
struct OperatedJobID: RouteInput {
    let id: Int64

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", in: .path, "Id of the job")
    }
}

/// A schedule by name, with what is to be done.
struct ScheduleInput: RouteInput {
    let name: String
    let deed: JobConsole.ScheduleDeed

    init(_ fields: inout FieldReader) {
        name = fields.text("name", 1...100, in: .path, "Name of the schedule")
        deed = fields.choice(
            "action", of: JobConsole.ScheduleDeed.self, default: .run, "run: now, besides its times; pause; resume")
    }
}

/// Which queue a path names.
struct QueueName: RouteInput {
    let queue: String

    init(_ fields: inout FieldReader) {
        queue = fields.text("queue", 1...64, in: .path, "Name of the queue")
    }
}

/// Which schedule a path names.
struct ScheduleName: RouteInput {
    let name: String

    init(_ fields: inout FieldReader) {
        name = fields.text("name", 1...100, in: .path, "Name of the schedule")
    }
}
