import PorticoJSON
import PorticoValues

/// A job as whoever follows it sees it.
public struct JobAnswer: JSONRepresentable, Hashable {
    private let id: Int64
    private let state: State
    private let progress: Progress
    private let result: JSONValue?
    private let errors: JSONValue?

    /// The states that clients know.
    private enum State: String, CaseIterable {
        case queued, running, succeeded, failed, cancelled
    }

    /// A job as it stands.
    /// - Parameter details: what else went wrong.
    public init(_ record: JobRecord, details: [JSONValue] = []) {
        id = record.id
        state = State(rawValue: record.state.published) ?? .queued
        progress = Progress(done: record.done ?? 0, total: record.total)
        result = record.state == .succeeded ? record.result : nil
        let failures = record.state == .failed ? record.errors.map { JobAnswer.failure($0) } : []
        errors = failures.isEmpty && details.isEmpty ? nil : .array(failures + details)
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
        object.optionalField(
            "errors", errors, "What went wrong, once it has failed, and the first rows that were wrong")
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

    /// One thing that went wrong: the run it happened in, when, and why.
    private static func failure(_ note: JobErrorNote) -> JSONValue {
        [
            "attempt": .integer(Int64(note.attempt)), "at": .string(note.at.rfc3339), "code": .string(note.code),
            "message": .string(note.message),
        ]
    }
}
