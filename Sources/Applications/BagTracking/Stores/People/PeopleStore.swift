import Portico

/// Lists and changes the people of bag tracking (rule R45). Every change writes its audit entry in the same
/// transaction.
struct PeopleStore: Sendable {
    let services: BagTrackingServices
    let accounts: AccountStore

    // MARK: - Reading

    /// People in the order of their ids, without those who were erased.
    /// - Parameter after: id of the last person of the page before; nil for the first page.
    /// - Throws: ``SQLError``.
    static func page(after: Int64?, limit: Int, in session: some SQLSession) throws -> Page<BagUser> {
        let fetched = try session.all(
            "people.list",
            """
            SELECT \(BagUser.columns) FROM accounts a LEFT JOIN user_profiles p ON p.user_id = a.id
            WHERE a.id > \(after ?? 0) AND \(AccountStore.isKnown) ORDER BY a.id LIMIT \(limit + 1)
            """, BagUser.init)
        return Page(fetched: fetched, limit: limit) { [String($0.id)] }
    }

    /// The person with an id.
    /// - Throws: ``Refusal`` 404, ``SQLError``.
    static func person(id: Int64, in session: some SQLSession) throws -> BagUser {
        let found = try session.first(
            "people.by_id",
            """
            SELECT \(BagUser.columns) FROM accounts a LEFT JOIN user_profiles p ON p.user_id = a.id WHERE a.id = \(id)
            """, BagUser.init)
        guard let found else { throw PeopleStore.unknown }
        return found
    }

    // MARK: - Changing

    /// Adds a person, active at once.
    /// - Throws: ``Refusal``, ``AccountRefusal`` when the address is taken, ``SQLError``.
    func create(_ user: NewBagUser, by caller: BagCaller) async throws -> BagUser {
        let accounts = accounts
        return try await services.database.write { transaction in
            try PeopleStore.checkArea(user.role, user.areaCode, in: transaction)
            let account = try accounts.create(
                NewAccount(email: user.email, name: user.name, role: user.role.rawValue),
                passwordHash: user.passwordHash, at: caller.now, in: transaction)
            try UserProfile.insert(account.id, user.role, user.areaCode, in: transaction)
            let made = BagUser(account, role: user.role, areaCode: user.areaCode)
            try transaction.audit(caller.entry("user.created", entity: String(made.id), after: made.audited))
            return made
        }
    }

    /// Changes a person. Another role, area or password ends everything the person is signed in with.
    /// - Parameter check: throws when the person is not as the caller has seen them.
    /// - Throws: ``Refusal``, ``SQLError``, what `check` throws.
    func change(
        id: Int64, _ change: BagUserChange, by caller: BagCaller,
        expecting check: @escaping @Sendable (BagUser) throws -> Void = { _ in }
    ) async throws -> BagUser {
        let accounts = accounts
        return try await services.database.write { transaction in
            let before = try PeopleStore.checked(
                id, change, deactivates: false, by: caller, accounts, expecting: check, in: transaction)
            let role = change.role ?? before.role
            let area = change.areaCode ?? before.areaCode
            try PeopleStore.checkArea(role, area, in: transaction)
            let account = try accounts.change(
                id: id,
                AccountChange(name: change.name, role: change.role?.rawValue, passwordHash: change.passwordHash),
                in: transaction)
            guard let account else { throw PeopleStore.unknown }
            if role != before.role || area != before.areaCode {
                try UserProfile.update(id, role, area, in: transaction)
                if area != before.areaCode { try accounts.endSessions(of: id, in: transaction) }
            }
            let after = BagUser(account.after, role: role, areaCode: area)
            var entry = caller.entry("user.updated", entity: String(id), before: before.audited, after: after.audited)
            if change.passwordHash != nil { entry.after["sign_in_renewed"] = true }
            if before != after || change.passwordHash != nil { try transaction.audit(entry) }
            if before.name != after.name { try CounterChanges.touchAll(in: transaction) }
            return after
        }
    }

    /// Takes a person's access away at once. Name and history stay.
    /// - Parameter check: throws when the person is not as the caller has seen them.
    /// - Throws: ``Refusal``, ``SQLError``, what `check` throws.
    func deactivate(
        id: Int64, by caller: BagCaller,
        expecting check: @escaping @Sendable (BagUser) throws -> Void = { _ in }
    ) async throws {
        let accounts = accounts
        try await services.database.write { transaction in
            let before = try PeopleStore.checked(
                id, BagUserChange(), deactivates: true, by: caller, accounts, expecting: check, in: transaction)
            guard before.isActive else { return }
            let change = try accounts.change(id: id, AccountChange(isActive: false), in: transaction)
            guard let after = change?.after else { throw PeopleStore.unknown }
            try transaction.audit(
                caller.entry(
                    "user.deactivated", entity: String(id), before: before.audited,
                    after: BagUser(after, role: before.role, areaCode: before.areaCode).audited))
        }
    }

    /// Whether a person has an authenticator, or a phone that codes are sent to.
    /// - Throws: ``SQLError``.
    static func hasSecondFactor(_ id: Int64, in session: some SQLSession) throws -> Bool {
        try session.scalar(
            "people.has_second_factor",
            """
            SELECT CASE WHEN has_second_factor = 1 OR EXISTS (
                    SELECT 1 FROM phones p WHERE p.account_id = accounts.id AND p.number IS NOT NULL) THEN 1 ELSE 0 END
            FROM accounts WHERE id = \(id)
            """, as: Bool.self) ?? false
    }

    /// Takes away the authenticator and the phone of a person who has lost them, and ends everything they are signed in
    /// with.
    /// - Throws: ``Refusal`` 404; 409 `own_account`, `no_second_factor`; ``SQLError``.
    func removeSecondFactor(of id: Int64, by caller: BagCaller) async throws {
        try await services.database.write { [accounts] transaction in
            guard try accounts.lock(id, in: transaction) != nil else { throw PeopleStore.unknown }
            guard id != caller.userID else {
                throw Refusal.conflict("own_account", "Remove your own authenticator on the page of your account.")
            }
            guard try PeopleStore.hasSecondFactor(id, in: transaction) else {
                throw Refusal.conflict("no_second_factor", "This person has neither an authenticator nor a phone.")
            }
            try SecondFactorStore.remove(of: id, in: transaction)
            _ = try PhoneStore.remove(of: id, in: transaction)
            try accounts.endSessions(of: id, in: transaction)
            try transaction.audit(caller.entry("user.second_factor_removed", entity: String(id)))
        }
    }

    /// Ends everything a person is signed in with, programs too; password, authenticator and keys of machines stay good.
    /// - Throws: ``Refusal`` 404; 409 `own_account`; ``SQLError``.
    func endSessions(of id: Int64, by caller: BagCaller) async throws {
        try await services.database.write { [accounts] transaction in
            guard try accounts.lock(id, in: transaction) != nil else { throw PeopleStore.unknown }
            guard id != caller.userID else {
                throw Refusal.conflict("own_account", "End your own sessions on the page of your account.")
            }
            try accounts.endSessions(of: id, in: transaction)
            try transaction.audit(caller.entry("user.sessions_ended", entity: String(id)))
        }
    }

    /// Ends everything that anybody is signed in with, the caller too; passwords, authenticators and keys of machines stay
    /// good.
    /// - Throws: ``SQLError``.
    func endAllSessions(by caller: BagCaller) async throws {
        try await services.database.write { [accounts] transaction in
            try accounts.endAllSessions(in: transaction)
            try transaction.audit(caller.entry("user.all_sessions_ended", entity: "all"))
        }
    }

    // MARK: - Rules

    /// The person as it is, when the rules allow the change.
    ///
    /// The active administrators are locked before anything is read: of two who take the last two away from each other,
    /// the second waits and then sees that one is left. So is the person, before `check` compares: of two who change
    /// what both have seen, the second sees what the first did.
    private static func checked(
        _ id: Int64, _ change: BagUserChange, deactivates: Bool, by caller: BagCaller, _ accounts: AccountStore,
        expecting check: (BagUser) throws -> Void, in transaction: Transaction
    ) throws -> BagUser {
        let admins =
            deactivates || change.role != nil
            ? try accounts.lockActive(role: BagRole.admin.rawValue, in: transaction) : []
        _ = try transaction.scalar(
            "people.lock", "SELECT id FROM accounts WHERE id = \(id)\(transaction.dialect.forUpdate)", as: Int64.self)
        let person = try PeopleStore.person(id: id, in: transaction)
        try check(person)
        let refusal = UserRules.refusal(
            of: UserChange(
                actorID: caller.userID, userID: id, role: person.role, newRole: change.role,
                deactivates: deactivates && person.isActive, setsPassword: change.passwordHash != nil,
                otherActiveAdmins: admins.count { $0 != id },
                openBills: change.role == nil ? 0 : try openBills(of: id, in: transaction)))
        if let refusal { throw refusal }
        return person
    }

    /// Bills of a person that nobody else may know of.
    static func openBills(of id: Int64, in session: some SQLSession) throws -> Int {
        try session.scalar(
            "people.open_bills",
            "SELECT count(*) FROM bills WHERE created_by = \(id) AND state IN ('open', 'completed')", as: Int.self) ?? 0
    }

    static func checkArea(_ role: BagRole, _ area: String?, in transaction: Transaction) throws {
        let known = Set(try Catalog.load(in: transaction).areas.map(\.code))
        if let problem = UserRules.areaProblem(role: role, areaCode: area, knownAreas: known) { throw problem }
    }

    /// Says that there is no such person.
    static let unknown = Refusal.notFound("user_not_found", "There is no person with this id.")
}
