import Portico

extension BagKind: SQLBindable, SQLReadable {}
extension ParentStatus: SQLBindable, SQLReadable {}
extension ChildStatus: SQLBindable, SQLReadable {}
extension ScanKind: SQLBindable, SQLReadable {}
extension ScanOutcome: SQLBindable, SQLReadable {}

/// A row of `bags`: a sack or a bag.
struct BagRow: Sendable {
    let id: Int64
    let code: String
    let kind: BagKind
    let productType: String?
    var areaCode: String
    var isRetired: Bool
    var parentID: Int64?
    var billID: Int64?
    /// What a sack holds; nil for bags.
    var load: ParentLoad?
    var lot: String?
    var testDate: CalendarDate?
    var sscc: String?
    var hold: ParentAnswer.Hold?
    var linkScanID: Int64?
    let createdAt: Instant
    var updatedAt: Instant

    /// The columns in the order that ``init(_:)`` reads them.
    static let columns: SQL = """
        id, code, kind, product_type, area_code, status, parent_id, bill_id, child_count, capacity, unit_weight_grams,
        lot, test_date, sscc, hold_reason, hold_since, link_scan_id, created_at, updated_at
        """
    /// How many there are.
    static let columnCount = 19

    init(_ row: Row) throws {
        id = try row[0]
        code = try row[1]
        kind = try row[2]
        productType = try row[3]
        areaCode = try row[4]
        isRetired = try row[5] as String == "retired"
        parentID = try row[6]
        billID = try row[7]
        load =
            row.isNull(8)
            ? nil : ParentLoad(childCount: try row[8], capacity: try row[9], unitWeightGrams: try row[10])
        lot = try row[11]
        testDate = try row[12]
        sscc = try row[13]
        hold = row.isNull(14) ? nil : ParentAnswer.Hold(reason: try row[14], since: try row[15])
        linkScanID = try row[16]
        createdAt = try row[17]
        updatedAt = try row[18]
    }

    /// A sack that was just registered.
    init(newParent id: Int64, code: String, type: ProductType, areaCode: String, at now: Instant) {
        self.id = id
        self.code = code
        kind = .parent
        productType = type.code
        self.areaCode = areaCode
        isRetired = false
        load = ParentLoad(childCount: 0, capacity: type.capacity, unitWeightGrams: type.unitWeightGrams)
        createdAt = now
        updatedAt = now
    }
}

/// Where a bag or sack is: what answers name besides the row itself.
struct BagPlace: Sendable, Hashable {
    /// The sack that a bag is in.
    var parentCode: String?
    /// The bill that the sack, or the bag's sack, is on.
    var bill: ParentAnswer.Bill?

    static let nowhere = BagPlace()
}

extension BagRow {
    /// What the rules need to know of a sack; nil for a bag.
    func sackFacts(_ place: BagPlace) -> SackFacts? {
        load.map {
            SackFacts(
                code: code, areaCode: areaCode, load: $0, isRetired: isRetired, billCode: place.bill?.code,
                holdReason: hold?.reason)
        }
    }

    /// What the rules need to know of a bag.
    func childFacts(_ place: BagPlace) -> ChildFacts {
        ChildFacts(
            code: code, areaCode: areaCode, isRetired: isRetired, parentCode: place.parentCode,
            parentBillCode: place.bill?.code, linkScanID: linkScanID)
    }

    /// The state of a sack; nil for a bag.
    var parentStatus: ParentStatus? {
        load.map { isRetired ? .retired : $0.status }
    }

    var childStatus: ChildStatus {
        if isRetired { return .retired }
        return parentID == nil ? .loose : .linked
    }
}
