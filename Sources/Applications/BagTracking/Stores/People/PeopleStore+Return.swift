import Portico

/// People who come back: rule R45 knows no deletion, so that a worker who returns is the one who left, with the same name in
/// the history.
extension PeopleStore {
    /// Gives a deactivated person access again. Role, area, password and authenticator are as they were; keys of machines from
    /// before are gone, because nobody remembers them. An active person stays as they are.
    /// - Parameter check: throws when the person is not as the caller has seen them.
    /// - Throws: ``Refusal`` 404, also for who was erased; 409 `no_password`; ``SQLError``, what `check` throws.
    func reactivate(
        id: Int64, by caller: BagCaller, expecting check: @escaping @Sendable (BagUser) throws -> Void = { _ in }
    ) async throws -> BagUser {
        let accounts = accounts
        return try await services.database.write { transaction in
            guard try accounts.lock(id, in: transaction) != nil else { throw PeopleStore.unknown }
            let before = try PeopleStore.person(id: id, in: transaction)
            try check(before)
            guard !before.isActive else { return before }
            try PeopleStore.requirePassword(of: id, in: transaction)
            let change = try accounts.change(id: id, AccountChange(isActive: true), in: transaction)
            guard let account = change?.after else { throw PeopleStore.unknown }
            try APIKeyStore.removeAll(of: id, in: transaction)
            let after = BagUser(account, role: before.role, areaCode: before.areaCode)
            try transaction.audit(
                caller.entry("user.reactivated", entity: String(id), before: before.audited, after: after.audited))
            return after
        }
    }

    /// Refuses whom nothing lets in: who was invited and never came, and who was erased.
    private static func requirePassword(of id: Int64, in transaction: Transaction) throws {
        let hasPassword = try transaction.scalar(
            "people.has_password",
            """
            SELECT CASE WHEN a.password_hash IS NULL THEN 0 ELSE 1 END FROM accounts a
            WHERE a.id = \(id) AND \(AccountStore.isKnown)
            """, as: Bool.self)
        guard let hasPassword else { throw PeopleStore.unknown }
        guard hasPassword else {
            throw Refusal.conflict(
                "no_password", "This person has no password to sign in with. Give one first, or invite them anew.")
        }
    }
}
