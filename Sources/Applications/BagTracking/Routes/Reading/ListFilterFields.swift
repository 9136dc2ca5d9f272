import Portico

/// The fields that narrow scans, in lists and exports.
struct ScanFilterFields: Sendable {
    private let isMine: Bool
    private let userID: Int64?
    private let kind: ScanKind?
    private let outcome: ScanOutcome?
    private let code: String?
    private let parentCode: String?
    private let from: Instant?
    private let to: Instant?

    init(_ fields: inout FieldReader) {
        isMine = fields.flag("mine", "Only one's own scans")
        userID = fields.optionalIdentifier("user_id", "Only the scans of this person")
        kind = fields.optionalChoice("kind", of: ScanKind.self, "Only scans of this kind")
        outcome = fields.optionalChoice("outcome", of: ScanOutcome.self, "Only scans with this outcome")
        code = fields.optionalText("code", 1...1000, "Only scans of this code")
        parentCode = fields.optionalText("parent_code", 1...1000, "Only scans of bags into this sack")
        (from, to) = fields.moments("from", "to", "Recorded")
    }

    /// The filter of the store.
    /// - Throws: ``CodeError`` for a code that is too long or a web address without one.
    func filter(for caller: BagCaller) throws(CodeError) -> ScanFilter {
        var filter = ScanFilter(userID: isMine ? caller.userID : userID, kind: kind, outcome: outcome)
        if let code { filter.code = try ChildLabel.read(code).code }
        if let parentCode { filter.parentCode = try ScannedText.normalise(parentCode, expecting: .parent) }
        filter.from = from
        filter.to = to
        filter.areaCode = caller.areaCode
        return filter
    }
}

/// The fields that narrow sacks and bags, in lists and exports.
struct BagFilterFields: Sendable {
    let areaCode: String?
    private var filter = BagFilter()

    init(_ fields: inout FieldReader) {
        filter.kind = fields.optionalChoice("kind", of: BagKind.self, "Only sacks, or only bags")
        areaCode = fields.optionalText("area_code", 1...30, "Only what belongs to this area")
        filter.productType = fields.optionalText("product_type", 1...30, "Only sacks of this product type")
        filter.status = fields.optionalChoice(
            "status", of: BagStatus.self, "Only what is in this state; retired ones are left out unless asked for")
        filter.isBilled = fields.optionalFlag("billed", "Only sacks that are on a bill, or that are on none")
        filter.isOnHold = fields.optionalFlag("hold", "Only sacks that are on hold, or that are not")
        filter.lot = fields.optionalText("lot", 1...40, "Only bags of this seed lot").map {
            ASCII.upperCased(ScannedText.tidied($0))
        }
        let query = fields.optionalText(
            "q", 0...200, example: "*6586", "Codes that begin so; after a star, codes that end so")
        (filter.createdFrom, filter.createdTo) = fields.moments("created_from", "created_to", "Registered")
        guard let query else { return }
        do throws(FieldProblem) {
            filter.search = try BagSearch.parse(query)
        } catch {
            fields.refuse(error.field, error.code, error.message)
        }
    }

    /// The filter of the store.
    func filter(area: String?) -> BagFilter {
        var filter = filter
        filter.areaCode = area
        return filter
    }
}
