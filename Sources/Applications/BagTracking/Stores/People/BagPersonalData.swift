import Portico

/// What bag tracking itself knows of a person: the profile, and what they did at the tables.
///
/// Scans, bills and custody events keep the id of the account for ever. They are the history of bags and lorries, which
/// has to be traced years later, and after an erasure the id leads to nobody's name any more.
struct BagPersonalData: Sendable {
    let accounts: AccountStore
    let mails: MailQueue
    let texts: TextQueue

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
            try BagPersonalData.document(of: id, in: reading)
        } erase: { account, transaction in
            try check(PeopleStore.person(id: account.id, in: transaction))
            try refuse(account, by: caller, in: transaction)
            return try erase(account, in: transaction)
        }
    }

    /// Removes the profile and all mails and text messages to the person, and takes name and address off the imports.
    /// - Returns: rows removed or changed.
    private func erase(_ account: Account, in transaction: Transaction) throws -> Int {
        let profiles = try transaction.execute(
            "profiles.erase", "DELETE FROM user_profiles WHERE user_id = \(account.id)")
        let imports = try transaction.execute(
            "imports.erase_person",
            "UPDATE imports SET user_name = \("Erased person \(account.id)"), ip = '' WHERE user_id = \(account.id)")
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

// MARK: - Export

extension BagPersonalData {
    private static func document(of id: Int64, in reading: Reading) throws -> JSONValue {
        [
            "profile": try profile(of: id, in: reading), "scans": try scans(of: id, in: reading),
            "scans_by_kind": .array(try kinds(of: id, in: reading)),
            "devices": .array(try devices(of: id, in: reading)),
            "bills_created": .integer(try billsCreated(by: id, in: reading)),
        ]
    }

    private static func profile(of id: Int64, in reading: Reading) throws -> JSONValue {
        let profile = try reading.first(
            "personal_data.profile", "SELECT role, area_code FROM user_profiles WHERE user_id = \(id)"
        ) { row -> JSONValue in
            ["role": .string(try row[0]), "area_code": (try row[1] as String?).map { .string($0) } ?? .null]
        }
        return profile ?? .null
    }

    /// How many scans and of how many bags and sacks, and from when to when.
    private static func scans(of id: Int64, in reading: Reading) throws -> JSONValue {
        let summary = try reading.first(
            "personal_data.scans",
            """
            SELECT count(*), count(DISTINCT CASE WHEN outcome <> 'rejected' THEN code END), min(recorded_at),
                max(recorded_at)
            FROM scans WHERE user_id = \(id)
            """
        ) { row -> JSONValue in
            let (count, codes): (Int64, Int64) = (try row[0], try row[1])
            let (first, last): (Instant?, Instant?) = (try row[2], try row[3])
            return [
                "count": .integer(count), "bags": .integer(codes), "first_at": time(first), "last_at": time(last),
            ]
        }
        return summary ?? .null
    }

    private static func kinds(of id: Int64, in reading: Reading) throws -> [JSONValue] {
        try reading.all(
            "personal_data.scan_kinds",
            """
            SELECT kind, outcome, count(*) FROM scans WHERE user_id = \(id)
            GROUP BY kind, outcome ORDER BY kind, outcome
            """
        ) { ["kind": .string(try $0[0]), "outcome": .string(try $0[1]), "count": .integer(try $0[2])] }
    }

    /// The devices the person scanned with, as they called themselves.
    private static func devices(of id: Int64, in reading: Reading) throws -> [JSONValue] {
        try reading.all(
            "personal_data.devices",
            """
            SELECT DISTINCT device_id FROM scans WHERE user_id = \(id) AND device_id IS NOT NULL ORDER BY device_id
            """
        ) { .string(try $0[0]) }
    }

    private static func billsCreated(by id: Int64, in reading: Reading) throws -> Int64 {
        try reading.scalar(
            "personal_data.bills", "SELECT count(*) FROM bills WHERE created_by = \(id)", as: Int64.self) ?? 0
    }

    private static func time(_ instant: Instant?) -> JSONValue { instant.map { .string($0.rfc3339) } ?? .null }
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
