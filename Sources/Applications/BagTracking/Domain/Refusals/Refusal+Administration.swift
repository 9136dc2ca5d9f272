/// What an administrator may be told about product types and people (rules R2, R45).
extension Refusal {
    static func patternOverlap(_ type: ProductType, with other: ProductType) -> Refusal {
        .conflict(
            "pattern_overlap",
            "One code could be a \(type.name) sack (\(type.form)) and a \(other.name) sack (\(other.form)). "
                + "Choose another prefix or another number of digits.")
    }

    /// - Parameter childCode: a registered bag whose code the new type would claim.
    static func patternTaken(_ type: ProductType, childCode: String) -> Refusal {
        .conflict(
            "pattern_taken",
            "Bag \(childCode) already has a code of \(type.form). Choose another prefix or another number of digits.")
    }

    static func productTypeFixed(_ fields: [String]) -> Refusal {
        .conflict(
            "product_type_fixed",
            "\(fields.joined(separator: ", ")) cannot change once a product type exists; "
                + "only its name and whether it is active can. Create another type.")
    }

    static func ownAccount() -> Refusal {
        .conflict(
            "own_account", "You cannot change your own role or deactivate yourself. Ask another administrator.")
    }

    static func ownPassword() -> Refusal {
        .conflict(
            "own_account", "Choose your own password on the page of your account, which asks for the present one.")
    }

    static func lastAdmin() -> Refusal {
        .conflict("last_admin", "This is the last active administrator. Make somebody else administrator first.")
    }

    static func hasOpenBills(_ count: Int) -> Refusal {
        var refusal = Refusal.conflict(
            "has_open_bills",
            "This biller has \(counted(count, "bill")) open or completed. "
                + "Have them dispatched or cancelled before changing the role.")
        refusal.numbers = ["count": count]
        return refusal
    }
}
