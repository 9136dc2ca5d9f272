import PorticoSQL
import PorticoValues

/// Seals the secrets of authenticators anew with the present key, so that an earlier master secret can be forgotten.
public struct SecondFactorRotation: Sendable {
    /// Rows in one transaction.
    private static let batch = 200

    private let seal: SecretSeal
    private let hasPrevious: Bool

    /// A rotation to `keys`.
    /// - Parameter previous: keys with which secrets may be sealed.
    public init(_ keys: SecretKeys, previous: [SecretKeys]) {
        seal = SecretSeal(key: keys.secondFactors, previous: previous.map(\.secondFactors))
        hasPrevious = !previous.isEmpty
    }

    /// Goes through all secrets; does nothing where there are no previous keys. May be broken off and begun again, and run
    /// on several nodes.
    /// - Returns: how many were sealed anew. Those that open with none of the keys are left as they are.
    /// - Throws: ``SQLError``.
    public func run(in database: Database) async throws -> Int {
        var resealed = 0
        var last: Int64? = hasPrevious ? 0 : nil
        while let after = last {
            let step = try await database.write { try renew(after: after, in: $0) }
            resealed += step.resealed
            last = step.last
        }
        return resealed
    }

    private func renew(after: Int64, in transaction: Transaction) throws -> (resealed: Int, last: Int64?) {
        let rows = try transaction.all(
            "second_factors.unrotated",
            """
            SELECT account_id, key_id, secret FROM second_factors
            WHERE account_id > \(after) AND key_id <> \(seal.keyID)
            ORDER BY account_id LIMIT \(SecondFactorRotation.batch)\(transaction.dialect.forUpdate)
            """
        ) { (id: try Int64.read($0, 0), keyID: try String.read($0, 1), sealed: try [UInt8].read($0, 2)) }
        var resealed = 0
        for row in rows {
            let owner = SecondFactorStore.owner(row.id)
            guard let secret = seal.open(row.sealed, keyID: row.keyID, for: owner) else { continue }
            resealed += try transaction.execute(
                "second_factors.rotate",
                """
                UPDATE second_factors SET key_id = \(seal.keyID), secret = \(seal.seal(secret, for: owner))
                WHERE account_id = \(row.id)
                """)
        }
        return (resealed, rows.count == SecondFactorRotation.batch ? rows.last?.id : nil)
    }
}
