import Portico

/// What bag tracking itself knows of a person: the profile, what they did at the tables, the bills they opened, the
/// files they sent, and the mails and text messages to them.
///
/// Scans, bills and custody events keep the id of the account for ever. They are the history of bags and lorries, which
/// has to be traced years later, and after an erasure the id leads to nobody's name any more.
struct BagPersonalData: Sendable {
    let accounts: AccountStore
    let mails: MailQueue
    let texts: TextQueue
    let jobs: JobQueue
    /// The most scans, bills, imports, mails and text messages that an export lists, the newest of each.
    var most = 10_000

    /// Name of the part in exports and in the counts of an erasure.
    static let name = "bag_tracking"

    /// The part as it serves one request.
    /// - Parameters:
    ///   - caller: who asks; only an administrator who is somebody else erases.
    ///   - check: throws when the person is not as the caller has seen them.
    func part(
        for caller: BagCaller, expecting check: @escaping @Sendable (BagUser) throws -> Void = { _ in }
    ) -> PersonalDataPart {
        PersonalDataPart(BagPersonalData.name) { id, reading in
            try document(of: id, in: reading)
        } erase: { account, transaction in
            try check(PeopleStore.person(id: account.id, in: transaction))
            try refuse(account, by: caller, in: transaction)
            return try erase(account, at: caller.now, in: transaction)
        }
    }

    /// Removes the profile and all mails and text messages to the person, and takes name and address off the imports.
    /// What names the person without the number of the account is looked for afterwards (``PersonTraces``).
    /// - Returns: rows removed or changed.
    private func erase(_ account: Account, at now: Instant, in transaction: Transaction) throws -> Int {
        let profiles = try transaction.execute(
            "profiles.erase", "DELETE FROM user_profiles WHERE user_id = \(account.id)")
        let imports = try transaction.execute(
            "imports.erase_person",
            "UPDATE imports SET user_name = \("Erased person \(account.id)"), ip = '' WHERE user_id = \(account.id)")
        try CounterChanges.touchAll(in: transaction)
        try jobs.enqueue(
            ForgetPerson(account), JobOptions(notBefore: now + PersonTraces.delay), in: transaction)
        return try profiles + imports + mails.forget(account.email, in: transaction)
            + texts.forget(account.id, in: transaction)
    }

    /// The rules of a deactivation (rule R45), and nobody leaves bills behind that only they were working on.
    ///
    /// The person is locked already, the administrators come now. Two who erase each other thus wait for each other; the
    /// database ends one of the two transactions, and when it is tried again it finds one administrator left.
    private func refuse(_ account: Account, by caller: BagCaller, in transaction: Transaction) throws {
        let admins = try accounts.lockActive(role: BagRole.admin.rawValue, in: transaction)
        let person = try PeopleStore.person(id: account.id, in: transaction)
        let change = UserChange(
            actorID: caller.userID, userID: person.id, role: person.role, deactivates: person.isActive,
            otherActiveAdmins: admins.count { $0 != person.id }, openBills: 0)
        if let refusal = UserRules.refusal(of: change) { throw refusal }
        let bills = try PeopleStore.openBills(of: person.id, in: transaction)
        guard bills == 0 else { throw Refusal.personHasOpenBills(bills) }
    }
}

extension Refusal {
    /// Somebody who is to be erased still has work that others do not know of.
    fileprivate static func personHasOpenBills(_ count: Int) -> Refusal {
        var refusal = Refusal.conflict(
            "has_open_bills",
            "This person has \(count == 1 ? "a bill" : "\(count) bills") open or completed. "
                + "Have them dispatched or cancelled first.")
        refusal.numbers = ["count": count]
        return refusal
    }
}
