import Portico

/// What the forms about people send.
struct UserForm: RouteInput {
    let email: String
    let name: String
    let role: String
    let areaCode: String
    let password: String

    private static let nameLength = 1...100

    init(_ fields: inout FieldReader) {
        email = fields.typed("email", "Sign-in address; only of a new person")
        name = fields.typed("name", "Name as others see it")
        role = fields.typed("role", "What the person does")
        areaCode = fields.typed("area_code", "The area; empty for people of all areas")
        password = fields.typed("password", "The password; empty to leave it as it is")
    }

    /// What was typed, for the form that is shown again; never the password.
    var values: [String: String] {
        ["email": email, "name": name, "role": role, "area_code": areaCode, "password": ""]
    }

    /// The person to be added.
    /// - Throws: ``Refusal`` naming every field that is wrong; what ``PasswordHasher`` throws.
    func newUser(_ passwords: UserPasswords) async throws -> NewBagUser {
        var user = try invited(checking: passwords.rules)
        user.passwordHash = try await hash(passwords)
        return user
    }

    /// The person to be invited, who chooses a password of their own.
    /// - Throws: ``Refusal`` naming every field that is wrong.
    func invited(checking rules: PasswordRules = PasswordRules()) throws(Refusal) -> NewBagUser {
        var problems = sharedProblems(email: email, rules)
        let address = EmailAddress(email)
        if address == nil {
            problems.insert(.invalid("email", "Enter an email address such as asha@example.org."), at: 0)
        }
        guard problems.isEmpty, let address, let role = BagRole(rawValue: role) else {
            throw Refusal.validation(problems)
        }
        return NewBagUser(
            email: address, name: FreeText.trimmed(name), role: role, areaCode: areaCode.unlessEmpty)
    }

    /// What is to be different about a person.
    /// - Throws: ``Refusal`` naming every field that is wrong; what ``PasswordHasher`` throws.
    func change(of email: String, _ passwords: UserPasswords) async throws -> BagUserChange {
        let problems = sharedProblems(email: email, passwords.rules)
        guard problems.isEmpty, let role = BagRole(rawValue: role) else { throw Refusal.validation(problems) }
        return BagUserChange(
            name: FreeText.trimmed(name), role: role, areaCode: .some(areaCode.unlessEmpty),
            passwordHash: try await hash(passwords))
    }

    private func sharedProblems(email: String, _ rules: PasswordRules) -> [FieldProblem] {
        var found: [FieldProblem] = []
        if let problem = FieldProblem.length(of: name, in: UserForm.nameLength, field: "name") { found.append(problem) }
        if BagRole(rawValue: role) == nil { found.append(.invalid("role", "Choose what the person does.")) }
        if !password.isEmpty, let refusal = rules.refusal(of: password, email: email) {
            found.append(FieldProblem(field: "password", code: refusal.rawValue, message: refusal.message))
        }
        return found
    }

    private func hash(_ passwords: UserPasswords) async throws -> String? {
        password.isEmpty ? nil : try await passwords.hasher.hash(password)
    }
}
