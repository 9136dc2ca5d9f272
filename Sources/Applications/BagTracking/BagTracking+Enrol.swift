import Portico

extension BagTrackingApplication {
    /// Adds somebody who works in all areas. People of one area are added by an administrator, who knows the areas.
    /// - Throws: ``Settings/Mistake``-like one-line errors: ``EnrolmentMistake``; ``Problem`` for a weak password;
    ///   ``SQLError``.
    public func enrol(_ person: NewPerson, _ environment: ApplicationEnvironment) async throws {
        guard let email = EmailAddress(person.email) else {
            throw EnrolmentMistake(description: "'\(person.email)' is not an email address")
        }
        guard let role = BagRole(rawValue: person.role), !role.isBoundToArea else {
            throw EnrolmentMistake(
                description: "a \(person.role) works in one area; add an administrator, who adds the others")
        }
        let rules = try PeopleSettings.passwords(of: id, in: environment.settings)
        try rules.check(person.password.reveal(), email: email.text)
        let hash = try await environment.passwords.hash(person.password.reveal())
        let accounts = BagTrackingParts.identity(environment, roles: roles).accounts
        let now = environment.clock.now()
        try await environment.database.write { transaction in
            let account = try accounts.create(
                NewAccount(email: email, name: person.name, role: role.rawValue), passwordHash: hash, at: now,
                in: transaction)
            try UserProfile.insert(account.id, role, nil, in: transaction)
            let made = BagUser(account, role: role, areaCode: nil)
            try transaction.audit(
                AuditEntry("user.created", entity: String(made.id), after: made.audited, at: now))
        }
    }
}

/// A person who can't be added, and why.
struct EnrolmentMistake: Error, CustomStringConvertible {
    let description: String
}
