import Portico

/// The bill inside the answer of a scan that put a sack on it.
struct ScannedBill: JSONRepresentable, Hashable {
    static let schemaName = "ScannedBill"
    static let example = ScannedBill(
        id: 12, code: "LKO 2025/117", capacity: 50,
        totals: BillTotals(
            linkedCount: 5, childCount: 128, actualWeightGrams: 128_000, expectedWeightGrams: 150_000))

    var id: Int64
    var code: String
    var capacity: Int
    var totals: BillTotals

    func write(to object: inout JSONObjectWriter) {
        object.field("id", id: id)
        object.field("code", code)
        object.field("linked_count", totals.linkedCount, "Sacks on the bill after this scan")
        object.field("capacity", capacity, "How many sacks the bill takes")
        object.field("child_count", totals.childCount, "Bags in its sacks")
        object.field("actual_weight_grams", totals.actualWeightGrams)
        object.field("expected_weight_grams", totals.expectedWeightGrams, "Its weight if every sack were full")
        object.field("variance_grams", totals.varianceGrams, "Actual less expected; never positive")
    }
}

/// The check at the gate inside the answer of a scan there.
struct ScannedGateCheck: JSONRepresentable, Hashable {
    static let schemaName = "ScannedGateCheck"
    static let example = ScannedGateCheck(
        progress: GateProgress(expectedCount: 47, seenCount: 12, openFindings: 0))

    var progress: GateProgress

    func write(to object: inout JSONObjectWriter) {
        object.field("expected_count", progress.expectedCount, "Sacks on the bill")
        object.field("seen_count", progress.seenCount, "Those of them that were seen at the gate, after this scan")
        object.field("missing_count", progress.missingCount)
        object.field("open_findings", progress.openFindings, "Sacks on the lorry that are not on the bill")
    }
}

/// A sack on a return ticket.
struct ReturnItemAnswer: JSONRepresentable, Hashable {
    static let schemaName = "ReturnItem"
    static let example = ReturnItemAnswer(
        code: "SB00012", originalBillCode: "LKO 2025/117", childCount: 28, weightGrams: 28_000, condition: .good)

    var code: String
    var originalBillCode: String
    var childCount: Int
    var weightGrams: Int
    var condition: ReturnCondition
    /// Whether the sack went back onto its bill; nil unless the ticket was cancelled.
    var isRestored: Bool?
    /// Why it did not.
    var reason: String?

    func write(to object: inout JSONObjectWriter) {
        object.field("code", code, "The sack")
        object.field("original_bill_code", originalBillCode, "The bill it left on")
        object.field("child_count", childCount, "Bags in it when it came back")
        object.field("weight_grams", weightGrams)
        object.field("condition", condition)
        object.field("restored", isRestored, "Whether it went back onto its bill when the ticket was cancelled")
        object.field("reason", reason, "Why it did not")
    }
}
