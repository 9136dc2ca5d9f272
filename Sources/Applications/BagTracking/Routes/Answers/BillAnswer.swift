import Portico

/// A bill.
struct BillAnswer: JSONRepresentable, Hashable {
    static let schemaName = "Bill"
    static let example = BillAnswer(
        BillRow(
            new: 12, code: "LKO 2025/117", areaCode: "lucknow",
            header: BillHeader(
                capacity: 50, description: "Certified mustard, first lot", consignee: "Kisan Seva Kendra",
                destination: "Kanpur"), by: 3, at: Instant(milliseconds: 1_763_721_338_120)),
        createdBy: .example, check: .example)

    let bill: BillRow
    let createdBy: ScanItem.User
    let check: GateCheckAnswer?

    init(_ bill: BillRow, createdBy: ScanItem.User, check: GateCheckAnswer?) {
        self.bill = bill
        self.createdBy = createdBy
        self.check = check
    }

    func write(to object: inout JSONObjectWriter) {
        object.field("id", id: bill.id)
        object.field("code", bill.code)
        object.field("state", bill.state)
        object.field("area_code", bill.areaCode)
        object.field("capacity", bill.header.capacity, "How many sacks it takes")
        object.field("linked_count", bill.totals.linkedCount, "Sacks on it")
        object.field("child_count", bill.totals.childCount, "Bags in them")
        object.field("actual_weight_grams", bill.totals.actualWeightGrams)
        object.field("expected_weight_grams", bill.totals.expectedWeightGrams, "Its weight if every sack were full")
        object.field("variance_grams", bill.totals.varianceGrams, "Actual less expected; never positive")
        object.field("returned_count", bill.returnedCount, "Sacks that came back after it left")
        object.field("dispatched", DispatchedAnswer(bill.dispatched), "What was on it when it left")
        object.field("description", bill.header.description)
        object.field("consignee", bill.header.consignee)
        object.field("destination", bill.header.destination)
        object.field("vehicle_number", bill.vehicleNumber)
        object.field("driver_name", bill.driverName)
        object.field("driver_phone", bill.driverPhone, "Erased some months after the delivery, or after the lorry left")
        object.field("seal_number", bill.sealNumber)
        object.field("short_reason", bill.shortReason, "Why it was completed with fewer sacks than it takes")
        object.field("received_by", bill.receivedBy)
        object.field("created_by", createdBy)
        object.field("created_at", bill.createdAt)
        object.field("completed_at", bill.completedAt)
        object.field("dispatched_at", bill.dispatchedAt)
        object.field("delivered_at", bill.deliveredAt)
        object.field("version", bill.version, "Rises with every change")
        object.field("gate_check", check, "The latest check at the gate")
    }
}

/// What was on a lorry when it left.
struct DispatchedAnswer: JSONRepresentable, Hashable {
    static let schemaName = "DispatchedTotals"
    static let example = DispatchedAnswer(
        totals: BillRow.Dispatched(linkedCount: 50, childCount: 1500, weightGrams: 1_500_000))

    let totals: BillRow.Dispatched

    init(totals: BillRow.Dispatched) {
        self.totals = totals
    }

    init?(_ totals: BillRow.Dispatched?) {
        guard let totals else { return nil }
        self.totals = totals
    }

    func write(to object: inout JSONObjectWriter) {
        object.field("linked_count", totals.linkedCount)
        object.field("child_count", totals.childCount)
        object.field("actual_weight_grams", totals.weightGrams)
    }
}

/// A check at the gate.
struct GateCheckAnswer: JSONRepresentable, Hashable {
    /// A sack that was found on the lorry and is not on the bill.
    struct Finding: JSONRepresentable, Hashable {
        static let schemaName = "GateFinding"
        static let example = Finding(id: 3, code: "SB00099", resolution: nil)

        var id: Int64
        var code: String
        /// Nil while it is open.
        var resolution: String?

        func write(to object: inout JSONObjectWriter) {
            object.field("id", id: id)
            object.field("code", code)
            object.field("resolution", resolution, "unloaded; null while the sack is on the lorry")
        }
    }

    static let schemaName = "GateCheck"
    static let example = GateCheckAnswer(
        id: 5, state: .running, progress: GateProgress(expectedCount: 47, seenCount: 12, openFindings: 1),
        findings: [.example])

    var id: Int64
    var state: GateCheckState
    var progress: GateProgress
    var findings: [Finding]

    func write(to object: inout JSONObjectWriter) {
        object.field("id", id: id)
        object.field("state", state)
        object.field("expected_count", progress.expectedCount, "Sacks on the bill")
        object.field("seen_count", progress.seenCount)
        object.field("missing_count", progress.missingCount)
        object.field("findings", findings, "Sacks on the lorry that are not on the bill, oldest first")
    }
}
