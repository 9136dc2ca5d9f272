import PorticoJSON
import PorticoSQL

/// What one part of an application knows of a person: how it is told, and how it is removed.
public struct PersonalDataPart: Sendable {
    /// Name of the part in the export and in the counts of an erasure.
    public let name: String
    let export: @Sendable (_ accountID: Int64, _ reading: Reading) throws -> JSONValue
    let erase: @Sendable (_ account: Account, _ transaction: Transaction) throws -> Int

    /// A part.
    /// - Parameters:
    ///   - export: everything the part has about the person, as it makes sense to them.
    ///   - erase: removes it or makes it nobody's, and says how many rows that were; what must be kept by law, or is
    ///     other people's history, stays. Throws a ``Problem`` when the person can't be erased now. It gets the account
    ///     as it was before.
    public init(
        _ name: String, export: @escaping @Sendable (_ accountID: Int64, _ reading: Reading) throws -> JSONValue,
        erase: @escaping @Sendable (_ account: Account, _ transaction: Transaction) throws -> Int
    ) {
        self.name = name
        self.export = export
        self.erase = erase
    }
}
