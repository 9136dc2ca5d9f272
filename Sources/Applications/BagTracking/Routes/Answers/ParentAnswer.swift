import Portico

/// A sack.
struct ParentAnswer: JSONRepresentable {
    /// The bill that a sack is on.
    struct Bill: JSONRepresentable, Hashable {
        static let schemaName = "ParentBill"
        static let example = Bill(id: 12, code: "LKO 2025/117", state: "open")

        var id: Int64
        var code: String
        var state: String

        func write(to object: inout JSONObjectWriter) {
            object.field("id", id: id)
            object.field("code", code)
            object.field("state", state)
        }
    }

    /// Why a sack may not be billed.
    struct Hold: JSONRepresentable, Hashable {
        static let schemaName = "ParentHold"
        static let example = Hold(reason: "Seams open", since: Instant(milliseconds: 1_763_721_338_120))

        var reason: String
        var since: Instant

        func write(to object: inout JSONObjectWriter) {
            object.field("reason", reason)
            object.field("since", since)
        }
    }

    static let schemaName = "Parent"
    static let example = ParentAnswer(
        id: 812, code: "SB00012", productType: "mustard", areaCode: "lucknow", status: .filling,
        load: ParentLoad(childCount: 28, capacity: 30, unitWeightGrams: 1000), sscc: nil,
        epc: "https://warehouse.example/bags/id/obj/SB00012", bill: nil, hold: nil,
        createdAt: Instant(milliseconds: 1_763_721_338_120), updatedAt: Instant(milliseconds: 1_763_721_338_120))

    var id: Int64
    var code: String
    var productType: String
    var areaCode: String
    var status: ParentStatus
    var load: ParentLoad
    var sscc: String?
    var epc: String
    var bill: Bill?
    var hold: Hold?
    var createdAt: Instant
    var updatedAt: Instant

    func write(to object: inout JSONObjectWriter) {
        object.field("id", id: id)
        object.field("code", code)
        object.field("kind", BagKind.parent)
        object.field("product_type", productType)
        object.field("area_code", areaCode)
        object.field("status", status)
        object.field("child_count", load.childCount, "Bags in the sack")
        object.field("capacity", load.capacity, "How many bags fill it")
        object.field("weight_grams", load.weightGrams)
        object.field("expected_weight_grams", load.expectedWeightGrams, "Its weight when it is full")
        object.field("sscc", sscc)
        object.field("epc", epc, "Its identifier in EPCIS")
        object.field("bill", bill, "The bill it is on")
        object.field("hold", hold, "Why it may not be billed")
        object.field("created_at", createdAt)
        object.field("updated_at", updatedAt)
    }
}
