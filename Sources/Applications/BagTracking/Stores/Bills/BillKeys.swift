import Portico

/// Gives bills from before the keys of codes were folded the key they would get today (rule R22), so that they are found and
/// taken by it. A bill whose new key another bill has keeps the one it has: nothing that exists is refused or renamed.
///
/// What is left to be done stands in the rows, so it matters neither how often nor on how many nodes this runs; bills that an
/// older program opens meanwhile are renewed at the next start.
struct BillKeys: Sendable {
    /// How keys are made today: by ``CaselessText``. Rows of the first way have 1.
    static let version = 2
    private static let batch = 200

    let database: Database

    /// Renews all that are left.
    /// - Throws: ``SQLError``.
    func renew() async throws {
        while try await ScanStore.retrying({ try await renewBatch() }) == BillKeys.batch {}
    }

    /// - Returns: number of bills looked at.
    private func renewBatch() async throws -> Int {
        // The number stands in the text, so that the index of what is left is used.
        let old: SQL = "SELECT id, code FROM bills WHERE key_version < 2 ORDER BY id LIMIT \(BillKeys.batch)"
        // A read where there is nothing to do, which is every start but one.
        let isDone = try await database.read { try $0.first("bills.has_old_keys", old) { try $0[0] as Int64 } == nil }
        guard !isDone else { return 0 }
        return try await database.write { transaction in
            let bills = try transaction.all("bills.old_keys", old) {
                (id: try $0[0] as Int64, code: try $0[1] as String)
            }
            for bill in bills {
                let key = BillCode.key(bill.code)
                try transaction.execute(
                    "bills.renew_key",
                    """
                    UPDATE bills SET key_version = \(BillKeys.version),
                        code_key = CASE WHEN EXISTS (SELECT 1 FROM bills o WHERE o.code_key = \(key)) THEN code_key
                            ELSE \(key) END
                    WHERE id = \(bill.id) AND key_version < \(BillKeys.version)
                    """)
            }
            return bills.count
        }
    }
}
