import Portico

/// Checks and hashes the passwords that administrators choose for people.
///
/// They may choose one that the person had before: they can't know, and must not be told.
struct UserPasswords: Sendable {
    let hasher: PasswordHasher
    let rules: PasswordRules

    /// The hash of a password for the owner of an address.
    /// - Throws: ``Problem`` 422 naming `password`; 503 when too many wait.
    func hash(_ password: String, for email: String) async throws -> String {
        try rules.check(password, email: email)
        return try await hasher.hash(password)
    }

    /// Refuses a new person without a password where no invitation would reach them: nobody could ever sign in.
    static var needed: Refusal {
        .validation([
            FieldProblem(
                field: "password", code: "required_without_mail",
                message: "Enter a password: no mail is sent from here, so an invitation would reach nobody.")
        ])
    }
}
