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
}
