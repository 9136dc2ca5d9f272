/// All product types, active or not: what decides which texts are sack codes (rules R2–R4).
///
/// An inactive type still claims its codes; its existing sacks go on being scanned.
struct ProductCatalog: Sendable, Hashable {
    let types: [ProductType]

    init(_ types: [ProductType] = ProductType.builtIn) {
        self.types = types
    }

    /// The type with the short name `code`.
    func type(code: String) -> ProductType? {
        types.first { $0.code == code }
    }

    /// The type whose sacks have codes like `code` (rule R3); at most one, as types never overlap.
    func type(ofParentCode code: String) -> ProductType? {
        types.first { $0.matches(code) }
    }

    /// Whether `code` is probably a sack code that was damaged or read badly (rule R4).
    func looksLikeDamagedParent(_ code: String) -> Bool {
        resemblance(of: code) != nil
    }

    /// The type that `code` resembles, and how many digits it has after the prefix; a type with as many digits first.
    func resemblance(of code: String) -> (type: ProductType, digits: Int)? {
        let likenesses = types.lazy.compactMap { type in
            type.digitCount(inDamaged: code).map { (type: type, digits: $0) }
        }
        return likenesses.first { $0.digits == $0.type.digits } ?? likenesses.first
    }

    /// The sack codes in words: `SB and 5 digits, or M444- and 5 digits`.
    var forms: String {
        types.map(\.form).joined(separator: ", or ")
    }

    /// Refuses a new type whose codes another type could claim (rule R2).
    func refusal(toAdd type: ProductType) -> Refusal? {
        types.first { $0.overlaps(type) }.map { .patternOverlap(type, with: $0) }
    }
}
