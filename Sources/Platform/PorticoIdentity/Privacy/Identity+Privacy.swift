import PorticoSQL

extension Identity {
    /// Export and erasure of a person's data.
    /// - Parameters:
    ///   - parts: what the application knows of people.
    ///   - entityTypes: kinds of things in the audit whose id is an account's.
    public func personalData(
        _ parts: [PersonalDataPart] = [], entityTypes: [String] = ["account", "invitation", "user"]
    ) -> PersonalData {
        PersonalData(
            database: database, accounts: accounts, phones: phones,
            erasure: AccountErasure(sessions: sessions, lockout: lockout), parts: parts, entityTypes: entityTypes)
    }

    /// What removes what has been kept long enough: the application's rules, and invitations nobody accepted within 90
    /// days after their link had ended. Run it daily; what has merely expired goes with ``purge(at:)``.
    /// - Parameter withdrawn: removes the application's rows about somebody whose invitation was withdrawn.
    public func retention(
        _ rules: [RetentionRule] = [],
        withdrawn: @escaping @Sendable (Invitation, Transaction) throws -> Void = { _, _ in }
    ) -> Retention {
        Retention(rules + (invitations.map { [.invitations($0, withdrawn: withdrawn)] } ?? []), in: database)
    }
}
