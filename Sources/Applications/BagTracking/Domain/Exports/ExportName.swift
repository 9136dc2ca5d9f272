/// What can be exported, with the columns in their order (rule R37).
enum ExportName: String, Sendable, Hashable, CaseIterable {
    case bags, bills, scans

    var columns: [String] {
        switch self {
        case .bags:
            [
                "code", "kind", "product_type", "area_code", "status", "parent_code", "bill_code", "child_count",
                "capacity", "weight_grams", "lot", "test_date", "sscc", "created_at", "updated_at",
            ]
        case .bills:
            [
                "code", "state", "area_code", "capacity", "linked_count", "child_count", "actual_weight_grams",
                "expected_weight_grams", "variance_grams", "consignee", "destination", "vehicle_number", "created_at",
                "completed_at", "dispatched_at", "delivered_at",
            ]
        case .scans:
            [
                "id", "kind", "outcome", "reject_code", "code", "parent_code", "bill_code", "area_code", "user",
                "scanned_at", "recorded_at", "undone_at",
            ]
        }
    }
}
