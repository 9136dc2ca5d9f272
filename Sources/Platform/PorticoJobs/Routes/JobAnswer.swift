import PorticoJSON
import PorticoValues

/// A job as whoever follows it sees it.
public struct JobAnswer: JSONRepresentable, Hashable {
    private let id: Int64
    private let state: State
    private let progress: Progress
    private let result: JSONValue?
    private let errors: [Failure]?

    /// The states that clients know.
    private enum State: String, CaseIterable {
        case queued, running, succeeded, failed, cancelled
    }

    /// A job as it stands.
    public init(_ record: JobRecord) {
        id = record.id
        state = State(rawValue: record.state.published) ?? .queued
        progress = Progress(done: record.done ?? 0, total: record.total)
        result = record.state == .succeeded ? record.result : nil
        errors = record.state == .failed ? record.errors.map { Failure($0) } : nil
    }

    private init(example id: Int64) {
        self.id = id
        state = .running
        progress = Progress(done: 40, total: 100)
        result = nil
        errors = nil
    }

    /// `Job`.
    public static var schemaName: String { "Job" }
    /// A job under way.
    public static var example: JobAnswer { JobAnswer(example: 12) }

    /// Writes the fields.
    public func write(to object: inout JSONObjectWriter) {
        object.field("id", id: id, "Id of the job")
        object.field("state", state, "Where it stands")
        object.field("progress", progress, "How far it is")
        object.optionalField("result", result, "What came of it, once it has succeeded")
        object.optionalField("errors", errors, "What went wrong, once it has failed")
    }
}

extension JobAnswer {
    private struct Progress: JSONRepresentable, Hashable {
        let done: Int64
        let total: Int64?

        static let schemaName = "JobProgress"
        static let example = Progress(done: 40, total: 100)

        func write(to object: inout JSONObjectWriter) {
            object.field("done", done, "Units done")
            object.field("total", total, "Units there are; null while nobody knows")
        }
    }

    private struct Failure: JSONRepresentable, Hashable {
        let attempt: Int
        let at: Instant
        let code: String
        let message: String

        static let schemaName = "JobFailure"
        static let example = Failure(
            attempt: 4, at: Instant(milliseconds: 1_795_258_800_000), code: "file_unreadable",
            message: "The file is not a table.")

        private init(attempt: Int, at: Instant, code: String, message: String) {
            self.attempt = attempt
            self.at = at
            self.code = code
            self.message = message
        }

        init(_ note: JobErrorNote) {
            self.init(attempt: note.attempt, at: note.at, code: note.code, message: note.message)
        }

        func write(to object: inout JSONObjectWriter) {
            object.field("attempt", attempt, "The run it happened in, from 1")
            object.field("at", at, "When")
            object.field("code", code, "Stable reason")
            object.field("message", message, "The reason in words")
        }
    }
}
