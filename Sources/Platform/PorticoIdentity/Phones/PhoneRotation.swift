import PorticoSQL

/// Seals the numbers of phones anew with the present key, so that an earlier master secret can be forgotten.
public struct PhoneRotation: Sendable {
    private let seal: FieldSeal
    private let hasPrevious: Bool

    /// A rotation to `keys`.
    /// - Parameter previous: keys with which numbers may be sealed.
    public init(_ keys: SecretKeys, previous: [SecretKeys]) {
        seal = FieldSeal(keys: keys, previousKeys: previous)
        hasPrevious = !previous.isEmpty
    }

    /// Goes through all numbers; does nothing where there are no previous keys. May be broken off and begun again, and run on
    /// several nodes.
    /// - Returns: what was done; numbers that open with none of the keys are left as they are.
    /// - Throws: ``SQLError``.
    public func run(in database: Database) async throws -> FieldRotation.Outcome {
        var outcome = FieldRotation.Outcome()
        guard hasPrevious else { return outcome }
        for rotation in PhoneRotation.columns {
            let one = try await rotation.run(seal, in: database)
            outcome.resealed += one.resealed
            outcome.unreadable += one.unreadable
        }
        return outcome
    }

    /// The columns of ``PhoneStore``.
    private static let columns = [
        FieldRotation(table: "phones", column: "number", idColumn: "account_id"),
        FieldRotation(table: "phones", column: "pending", idColumn: "account_id"),
    ]
}
