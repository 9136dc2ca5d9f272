import Portico

/// A bag.
struct ChildAnswer: JSONRepresentable {
    static let schemaName = "Child"
    static let example = ChildAnswer(
        id: 90_117, code: "2903411", areaCode: "lucknow", status: .linked, parentCode: "SB00012", lot: "MUS/2025/001",
        testDate: CalendarDate(year: 2025, month: 10, day: 14), epc: "https://warehouse.example/bags/id/obj/2903411",
        createdAt: Instant(milliseconds: 1_763_721_338_120), updatedAt: Instant(milliseconds: 1_763_721_338_120))

    var id: Int64
    var code: String
    var areaCode: String
    var status: ChildStatus
    var parentCode: String?
    var lot: String?
    var testDate: CalendarDate?
    var epc: String
    var createdAt: Instant
    var updatedAt: Instant

    func write(to object: inout JSONObjectWriter) {
        object.field("id", id: id)
        object.field("code", code)
        object.field("kind", BagKind.child)
        object.field("area_code", areaCode)
        object.field("status", status)
        object.field("parent_code", parentCode, "The sack it is in; null when it is loose")
        object.field("lot", lot)
        object.field("test_date", testDate)
        object.field("epc", epc, "Its identifier in EPCIS")
        object.field("created_at", createdAt)
        object.field("updated_at", updatedAt)
    }
}
