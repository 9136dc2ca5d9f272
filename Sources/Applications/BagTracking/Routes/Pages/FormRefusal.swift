import Portico

/// A "no" to what a form asked for, as its page shows it.
struct FormRefusal: Sendable {
    let problem: Problem

    /// Does what a form asks for.
    /// - Returns: why it was refused, when the page can say so and let the person put it right; nil when it is done.
    /// - Throws: everything else, which has a page of its own: what is unknown, forbidden or broken.
    static func of(_ act: () async throws -> Void) async throws -> FormRefusal? {
        do {
            try await act()
            return nil
        } catch let problem as Problem where FormRefusal.isCorrigible(problem) {
            return FormRefusal(problem: problem)
        } catch let error as any ProblemConvertible where FormRefusal.isCorrigible(error.problem) {
            return FormRefusal(problem: error.problem)
        }
    }

    /// Does what a form asks for and leads on; a refusal is shown on the page that the form is on.
    /// - Parameters:
    ///   - act: does it, and says where the form leads then.
    ///   - page: the page with the refusal in it.
    static func answer(
        _ act: () async throws -> String, orShow page: (FormRefusal) async throws -> some BagPage
    ) async throws -> PageReply {
        var next = ""
        guard let refusal = try await of({ next = try await act() }) else { return .redirect(to: next) }
        return try await page(refusal).reply(refusal.status)
    }

    private static func isCorrigible(_ problem: Problem) -> Bool {
        problem.status == 409 || problem.status == 422
    }

    var status: HTTPStatus { problem.status }

    /// The form with what was typed and what is wrong.
    /// - Parameters:
    ///   - values: what was typed, by field.
    ///   - field: the field that a refusal of the whole is about; empty for none.
    func form(_ values: [String: String], about field: String = "") -> FormState {
        guard !problem.errors.isEmpty else {
            return FormState(values: values, messages: [FieldMessage(field, problem.detail)])
        }
        let messages = problem.errors.map { error in
            FieldMessage(values[error.field] == nil ? "" : error.field, FormRefusal.sentence(error))
        }
        return FormState(values: values, messages: messages)
    }

    /// The refusal above a page that has no form to show it in.
    func notice(_ title: String) -> Notice {
        Notice(title, tone: .bad, detail: "\(problem.detail)")
    }

    /// What is wrong with a field as a sentence; the platform's messages go on after the field's name.
    static func sentence(_ error: Problem.FieldError) -> String {
        guard let first = error.message.first, first.isLowercase else { return error.message }
        let name = error.field.replacing("_", with: " ")
        return "\(name.prefix(1).uppercased())\(name.dropFirst()) \(error.message)."
    }
}
