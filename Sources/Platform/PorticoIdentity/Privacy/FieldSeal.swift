import PorticoValues

/// Encrypts single fields of an application's tables (XChaCha20-Poly1305, libsodium), each bound to its place, so that
/// bytes moved to another row or column do not open.
///
/// ```swift
/// let place = SealedPlace(table: "patients", column: "diagnosis", row: "\(id)")
/// let sealed = fields.seal(Array(diagnosis.utf8), at: place)
/// let plain = fields.open(sealed, at: place)
/// ```
///
/// Sealed bytes are a version (1), eight bytes that name the key, a nonce of 24 bytes, and the encrypted text with its
/// tag of 16 bytes: 49 bytes more than the text.
public struct FieldSeal: Sendable {
    private static let version: UInt8 = 1
    private static let prefixCount = 9

    private let seal: SecretSeal
    private let currentPrefix: [UInt8]

    /// A seal of an application.
    /// - Parameters:
    ///   - previousKeys: keys below earlier master secrets, which no longer seal but still open.
    ///   - purpose: keeps seals of different kinds of data apart.
    public init(keys: SecretKeys, previousKeys: [SecretKeys] = [], purpose: String = "fields") {
        seal = SecretSeal(key: keys.key(for: purpose), previous: previousKeys.map { $0.key(for: purpose) })
        currentPrefix = [FieldSeal.version] + ([UInt8](hexadecimal: seal.keyID) ?? [])
    }

    /// What is stored in place of `plain`; each time something else.
    public func seal(_ plain: [UInt8], at place: SealedPlace) -> [UInt8] {
        currentPrefix + seal.seal(plain, for: place.text)
    }

    /// What was sealed, or nil when its key is gone, it belongs elsewhere, or it was changed.
    public func open(_ sealed: [UInt8], at place: SealedPlace) -> [UInt8]? {
        guard sealed.count > FieldSeal.prefixCount, sealed[0] == FieldSeal.version else { return nil }
        let keyID = Array(sealed[1..<FieldSeal.prefixCount]).hexadecimal
        return seal.open(Array(sealed[FieldSeal.prefixCount...]), keyID: keyID, for: place.text)
    }

    /// Whether bytes are sealed with the present key.
    public func isCurrent(_ sealed: [UInt8]) -> Bool {
        sealed.starts(with: currentPrefix)
    }

    /// The same field sealed with the present key, or nil when it does not open.
    public func reseal(_ sealed: [UInt8], at place: SealedPlace) -> [UInt8]? {
        open(sealed, at: place).map { seal($0, at: place) }
    }
}

/// Where a sealed field stands.
public struct SealedPlace: Sendable, Hashable {
    /// Name of the table.
    public let table: String
    /// Name of the column.
    public let column: String
    /// What tells the row from others, and never changes: its id.
    public let row: String

    /// A place.
    public init(table: String, column: String, row: String) {
        self.table = table
        self.column = column
        self.row = row
    }

    /// The place as the seal is bound to it. Lengths keep two places from reading the same.
    var text: String {
        "field/\(table.utf8.count):\(table)/\(column.utf8.count):\(column)/\(row)"
    }
}
