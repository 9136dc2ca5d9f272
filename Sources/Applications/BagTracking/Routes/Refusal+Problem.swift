import Portico

/// How a "no" of the rules looks to a client.
extension Refusal: ProblemConvertible {
    var problem: Problem { problem(scanID: nil) }

    /// The problem, with the id of the scan that was stored with it.
    func problem(scanID: Int64?) -> Problem {
        var members: [(name: String, value: JSONValue)] = []
        if let scanID { members.append(("scan_id", .string(String(scanID)))) }
        if let state {
            members.append(("current", ["state": .string(state)]))
        } else if tellsCurrent {
            members.append(("current", current.map(\.json) ?? .null))
        }
        for (name, number) in numbers.sorted(by: { $0.key < $1.key }) {
            members.append((name, .integer(Int64(number))))
        }
        for (name, codes) in lists.sorted(by: { $0.key < $1.key }) {
            members.append((name, .array(codes.map { .string($0) })))
        }
        if let suggestions { members.append(("suggestions", .array(suggestions.map { .string($0) }))) }
        return Problem(
            httpStatus, code, detail,
            errors: fields.map { Problem.FieldError(field: $0.field, code: $0.code, message: $0.message) },
            members: members)
    }

    /// The status of HTTP for this kind of "no".
    var httpStatus: HTTPStatus {
        switch status {
        case .forbidden: 403
        case .notFound: 404
        case .conflict: 409
        case .unprocessable: 422
        }
    }
}

extension Refusal.Current {
    /// `{"parent_code","bill_code","area_code"}`, null where there is none.
    var json: JSONValue {
        .object([
            (key: "parent_code", value: parentCode.map { .string($0) } ?? .null),
            (key: "bill_code", value: billCode.map { .string($0) } ?? .null),
            (key: "area_code", value: areaCode.map { .string($0) } ?? .null),
        ])
    }
}

/// A field that breaks its rule is a refusal of its own.
extension FieldProblem: ProblemConvertible {
    var problem: Problem { Refusal.validation([self]).problem }
}

/// So is a text that is no code.
extension CodeError: ProblemConvertible {
    var problem: Problem { Refusal(self).problem }
}
