/// A "no" of the rules: what the API answers, and what the person at the table reads.
struct Refusal: Error, Sendable, Hashable {
    /// What kind of "no" it is, without speaking HTTP.
    enum Status: Sendable, Hashable {
        case forbidden, notFound, conflict, unprocessable
    }

    /// Where the bag or sack is now, for answers that have something to say about it (rule R13).
    struct Current: Sendable, Hashable {
        let parentCode: String?
        let billCode: String?
        let areaCode: String?
    }

    let status: Status
    /// The stable code of the API, for example `linked_elsewhere`.
    let code: String
    /// What is so, and what to do about it.
    let detail: String
    /// Where the bag is now; nil although `tellsCurrent` when the user may not know.
    var current: Current?
    /// Whether the answer carries the member `current`, be it null.
    var tellsCurrent = false
    /// The state that an act found and could not go on from, told as `current` (rule R24).
    var state: String?
    /// Further members of the answer, such as `child_count`.
    var numbers: [String: Int] = [:]
    /// Codes that a member of the answer lists, such as `missing`.
    var lists: [String: [String]] = [:]
    /// The fields of a `validation_failed`.
    var fields: [FieldProblem] = []
    /// Codes that may have been meant, in an answer that carries them (rule R42).
    var suggestions: [String]?

    /// Whether a scan that ends so is stored as `rejected` and replayed (rule R13): refusals about codes and bags
    /// are, requests that are malformed or not allowed, or that name no bill or ticket, are not.
    var isRecorded: Bool {
        switch status {
        case .forbidden: false
        case .notFound: code != "bill_not_found" && code != "ticket_not_found"
        case .conflict: true
        case .unprocessable: fields.isEmpty && code != "client_scan_id_reused"
        }
    }
}

extension Refusal {
    /// The refusal of a text that is not the code that was asked for (rules R1–R6).
    init(_ error: CodeError) {
        self.init(status: .unprocessable, code: error.code, detail: error.detail)
    }

    /// A request whose fields break their rules.
    static func validation(_ fields: [FieldProblem]) -> Refusal {
        Refusal(
            status: .unprocessable, code: "validation_failed", detail: fields.map(\.message).joined(separator: " "),
            fields: fields)
    }

    static func forbidden(_ detail: String) -> Refusal {
        Refusal(status: .forbidden, code: "forbidden", detail: detail)
    }

    static func conflict(_ code: String, _ detail: String) -> Refusal {
        Refusal(status: .conflict, code: code, detail: detail)
    }

    static func notFound(_ code: String, _ detail: String) -> Refusal {
        Refusal(status: .notFound, code: code, detail: detail)
    }

    /// A conflict that says where the bag is now.
    static func conflict(_ code: String, _ detail: String, current: Current?) -> Refusal {
        Refusal(status: .conflict, code: code, detail: detail, current: current, tellsCurrent: true)
    }
}
