import PorticoJSON
import PorticoValues

/// One run of a job that did not end well: when and where it ran, how far it came, and what went wrong.
public struct JobErrorNote: Sendable, Hashable {
    /// When it ended.
    public let at: Instant
    /// The run, from 1.
    public let attempt: Int
    /// Stable reason, `snake_case`.
    public let code: String
    /// The reason for whoever follows the job; ``hiddenMessage`` where it is sealed.
    public internal(set) var message: String
    /// The error's own words, for operators; nil where they are sealed.
    public internal(set) var detail: String?
    /// The error and what it says was behind it, the outermost first; for operators.
    public var causes: [JobErrorCause] = []
    /// When the run began; nil in notes of earlier releases.
    public var startedAt: Instant?
    /// The process it ran in; nil when that is not known.
    public var node: String?
    /// How far it was, in units of its own.
    public var done: Int64?
    /// How far it would have come.
    public var total: Int64?
    /// Name of the statement that ran last; nil when none did.
    public var lastStatement: String?
    /// What the run said, encrypted (``JobQueue/opened(_:)``); nil where nothing of it is.
    var sealedWords: String?

    /// How many a job keeps.
    static let kept = 10
    /// The code where nobody there can do the job: a newer node may.
    static let unknownJob = "unknown_job"
    /// What stands in the place of a message that is sealed.
    public static let hiddenMessage = "What it said is sealed."

    init(at: Instant, attempt: Int, code: String, message: String, detail: String?) {
        self.at = at
        self.attempt = attempt
        self.code = code
        self.message = message
        self.detail = detail
    }

    /// Name of the statement that failed; nil when no statement did.
    public var statement: String? { causes.lazy.compactMap(\.statement).first }
}

extension JobErrorNote {
    var json: JSONValue {
        var value: JSONValue = [
            "at": .integer(at.milliseconds), "attempt": .integer(Int64(attempt)), "code": .string(code),
            "message": .string(message),
        ]
        if let detail { value["detail"] = .string(detail) }
        if !causes.isEmpty { value["causes"] = .array(causes.map(\.json)) }
        if let startedAt { value["started_at"] = .integer(startedAt.milliseconds) }
        if let node { value["node"] = .string(node) }
        if let done { value["done"] = .integer(done) }
        if let total { value["total"] = .integer(total) }
        if let lastStatement { value["last_statement"] = .string(lastStatement) }
        if let sealedWords { value["sealed"] = .string(sealedWords) }
        return value
    }

    private init?(_ value: JSONValue) {
        guard let at = value["at"]?.int64, let attempt = value["attempt"]?.int64, let code = value["code"]?.string,
            let message = value["message"]?.string
        else { return nil }
        self.init(
            at: Instant(milliseconds: at), attempt: Int(attempt), code: code, message: message,
            detail: value["detail"]?.string)
        causes = (value["causes"]?.elements ?? []).compactMap { JobErrorCause($0) }
        startedAt = (value["started_at"]?.int64).map { Instant(milliseconds: $0) }
        node = value["node"]?.string
        done = value["done"]?.int64
        total = value["total"]?.int64
        lastStatement = value["last_statement"]?.string
        sealedWords = value["sealed"]?.string
    }

    /// The notes of a row.
    static func list(_ text: String) -> [JobErrorNote] {
        ((try? JSONValue(parsing: Array(text.utf8)))?.elements ?? []).compactMap { JobErrorNote($0) }
    }

    /// The text of a row: `text` and one more note. One that nobody could do the job takes the place of the same before it.
    static func appending(_ note: JobErrorNote, to text: String) -> String {
        var notes = list(text)
        // It comes again every minute, and must not drive out what the runs said.
        if note.code == unknownJob, notes.last?.code == unknownJob { notes.removeLast() }
        return String(decoding: JSONValue.array((notes + [note]).suffix(kept).map(\.json)).bytes, as: UTF8.self)
    }
}
