import Portico

extension BillState: SQLBindable, SQLReadable {}
extension BillDeed: SQLBindable, SQLReadable {}

/// A row of `bills`.
struct BillRow: Sendable, Hashable {
    /// What was on the lorry when it left; returns do not change it (rule R26).
    struct Dispatched: Sendable, Hashable {
        let linkedCount: Int
        let childCount: Int
        let weightGrams: Int
    }

    let id: Int64
    let code: String
    var state: BillState
    let areaCode: String
    var header: BillHeader
    var totals: BillTotals
    var returnedCount: Int
    var dispatched: Dispatched?
    var vehicleNumber: String?
    var driverName: String?
    var driverPhone: String?
    var sealNumber: String?
    var shortReason: String?
    var receivedBy: String?
    let createdBy: Int64
    let createdAt: Instant
    var completedAt: Instant?
    var dispatchedAt: Instant?
    var deliveredAt: Instant?
    var version: Int64

    /// The columns in the order that ``init(_:)`` reads them.
    static let columns: SQL = """
        l.id, l.code, l.state, l.area_code, l.capacity, l.description, l.consignee, l.destination, l.linked_count,
        l.child_count, l.actual_weight_grams, l.expected_weight_grams, l.returned_count, l.dispatched_linked_count,
        l.dispatched_child_count, l.dispatched_weight_grams, l.vehicle_number, l.driver_name, l.driver_phone,
        l.seal_number, l.short_reason, l.received_by, l.created_by, l.created_at, l.completed_at, l.dispatched_at,
        l.delivered_at, l.version
        """
    /// How many there are.
    static let columnCount = 28

    init(_ row: Row) throws {
        id = try row[0]
        code = try row[1]
        state = try row[2]
        areaCode = try row[3]
        header = BillHeader(
            capacity: try row[4], description: try row[5], consignee: try row[6], destination: try row[7])
        totals = BillTotals(
            linkedCount: try row[8], childCount: try row[9], actualWeightGrams: try row[10],
            expectedWeightGrams: try row[11])
        returnedCount = try row[12]
        dispatched =
            row.isNull(13)
            ? nil : Dispatched(linkedCount: try row[13], childCount: try row[14], weightGrams: try row[15])
        vehicleNumber = try row[16]
        driverName = try row[17]
        driverPhone = try row[18]
        sealNumber = try row[19]
        shortReason = try row[20]
        receivedBy = try row[21]
        createdBy = try row[22]
        createdAt = try row[23]
        completedAt = try row[24]
        dispatchedAt = try row[25]
        deliveredAt = try row[26]
        version = try row[27]
    }

    /// A bill that was just written.
    init(new id: Int64, code: String, areaCode: String, header: BillHeader, by userID: Int64, at now: Instant) {
        self.id = id
        self.code = code
        state = .open
        self.areaCode = areaCode
        self.header = header
        totals = BillTotals()
        returnedCount = 0
        createdBy = userID
        createdAt = now
        version = 1
    }

    /// What the rules need to know.
    var facts: BillFacts {
        BillFacts(
            id: id, code: code, state: state, areaCode: areaCode, capacity: header.capacity, totals: totals)
    }

    /// The bill inside the answer of a scan.
    var scanned: ScannedBill {
        ScannedBill(id: id, code: code, capacity: header.capacity, totals: totals)
    }

    /// Writes everything that can change, with another version.
    /// - Throws: ``SQLError``.
    mutating func update(in transaction: Transaction) throws {
        version += 1
        try transaction.executeLater(
            "bills.update",
            """
            UPDATE bills SET state = \(state), capacity = \(header.capacity), description = \(header.description),
                consignee = \(header.consignee), destination = \(header.destination),
                linked_count = \(totals.linkedCount), child_count = \(totals.childCount),
                actual_weight_grams = \(totals.actualWeightGrams),
                expected_weight_grams = \(totals.expectedWeightGrams), returned_count = \(returnedCount),
                dispatched_linked_count = \(dispatched?.linkedCount),
                dispatched_child_count = \(dispatched?.childCount),
                dispatched_weight_grams = \(dispatched?.weightGrams), vehicle_number = \(vehicleNumber),
                driver_name = \(driverName), driver_phone = \(driverPhone), seal_number = \(sealNumber),
                short_reason = \(shortReason), received_by = \(receivedBy), completed_at = \(completedAt),
                dispatched_at = \(dispatchedAt), delivered_at = \(deliveredAt), version = \(version)
            WHERE id = \(id)
            """)
    }
}

extension BillTotals {
    /// The totals as events and the time line keep them.
    var json: JSONValue {
        .object([
            (key: "linked_count", value: .integer(Int64(linkedCount))),
            (key: "child_count", value: .integer(Int64(childCount))),
            (key: "actual_weight_grams", value: .integer(Int64(actualWeightGrams))),
            (key: "expected_weight_grams", value: .integer(Int64(expectedWeightGrams))),
        ])
    }
}
