import PorticoHTTP
import PorticoPages

/// A "no" to a form about one's own account, as its page shows it.
struct RefusedForm: Sendable {
    let problem: Problem

    init(_ problem: Problem) {
        self.problem = problem
    }

    /// Fields that were left empty or are far too long.
    init?(_ messages: [Problem.FieldError]) {
        guard !messages.isEmpty else { return nil }
        problem = .validation(messages)
    }

    /// Does what a form asks for.
    /// - Returns: what it gave, or why it was refused where the person can put it right.
    /// - Throws: everything else, which has a page of its own: what is unknown, forbidden or broken.
    static func catching<Value: Sendable>(
        _ act: () async throws -> Value
    ) async throws -> Result<Value, RefusedForm> {
        do {
            return .success(try await act())
        } catch let problem as Problem where isCorrigible(problem) {
            return .failure(RefusedForm(problem))
        }
    }

    private static func isCorrigible(_ problem: Problem) -> Bool {
        [409, 422].contains(problem.status.code)
            || ["account_locked", "too_many_codes", "too_many_mails"].contains(problem.code)
    }

    /// What is wrong, for the summary and the fields.
    var messages: [FieldMessage] {
        guard !problem.errors.isEmpty else { return [FieldMessage("", problem.detail)] }
        return problem.errors.map { FieldMessage($0.field, RefusedForm.sentence($0)) }
    }

    private static func sentence(_ error: Problem.FieldError) -> String {
        switch error.code {
        case "wrong_password": "That is not your password."
        case "wrong_code":
            "The code is wrong or was used before. Use the next one your authenticator shows, or another recovery code."
        case "required" where error.field == "new_password": "Enter a new password."
        case "required" where error.field == "code": "Enter the code."
        case "required" where error.field == "email": "Enter an email address."
        case "invalid" where error.field == "email": "This is no email address."
        case "unchanged" where error.field == "email": "Enter another address than the one you have."
        case "required" where error.field == "name": "Enter a name for the key."
        case "required" where error.field == "number": "Enter a phone number."
        case "invalid_phone": "Enter the number with + and the code of its country, such as +91 98765 43210."
        case "required": "Enter your password."
        case "not_granted": "Choose what the key may do: at least one thing, and nothing that you may not do yourself."
        case "not_one_of": "Choose one of the list."
        case "too_long" where error.field != "new_password": "Enter something shorter."
        case "unchanged": "Enter another password than the one you have."
        default: "The new password \(error.message)."
        }
    }
}

extension RefusedForm: Error {}
