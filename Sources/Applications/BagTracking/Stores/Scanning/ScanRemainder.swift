import Portico

/// What an exact replay of a scan's answer needs beyond the columns of its row, as the column `answer` holds it.
///
/// Null stands for the common case: a bag that was new, without label text and without warnings. So the largest table
/// stays small.
struct ScanRemainder: Sendable, Hashable {
    /// Whether a scanned bag was registered before.
    var wasKnown = false
    var lot: String?
    var testDate: CalendarDate?
    var warnings: [ScanWarning] = []
    /// The bill after a scan that put a sack on it.
    var bill: ScannedBill?
    /// The check after a scan at the gate.
    var gateCheck: ScannedGateCheck?
    /// What came of a scan onto a return ticket.
    var item: ReturnItemAnswer?
    /// Set for refusals.
    var refusal: StoredRefusal?
    /// Set once the scan was undone.
    var undo: UndoneState?

    /// What a refusal said besides its code.
    struct StoredRefusal: Sendable, Hashable {
        let status: Int
        let detail: String
        var tellsCurrent = false
        var current: Refusal.Current?
        var numbers: [String: Int] = [:]
        /// The state that an act found and could not go on from.
        var state: String?
    }

    /// How sack and bag were right after the undo.
    struct UndoneState: Sendable, Hashable {
        let childCount: Int
        let areaCode: String
        let lot: String?
        let testDate: CalendarDate?
    }

    init() {}

    init(_ refusal: Refusal) {
        self.refusal = StoredRefusal(
            status: refusal.httpStatus.code, detail: refusal.detail, tellsCurrent: refusal.tellsCurrent,
            current: refusal.current, numbers: refusal.numbers, state: refusal.state)
    }
}

extension ScanRemainder {
    /// The text of the column, or nil when there is nothing to keep.
    var text: String? {
        guard self != ScanRemainder() else { return nil }
        var json = JSONValue.object([])
        if wasKnown { json["known"] = true }
        json["lot"] = lot.map { .string($0) }
        json["date"] = testDate.map { .string($0.text) }
        if !warnings.isEmpty { json["warnings"] = .array(warnings.map { .string($0.rawValue) }) }
        json["bill"] = bill?.stored
        json["gate"] = gateCheck?.stored
        json["item"] = item?.stored
        json["refusal"] = refusal?.json
        json["undo"] = undo?.json
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Reads the text of the column.
    /// - Throws: ``JSONError`` when it is not what ``text`` writes.
    init(_ text: String?) throws {
        guard let text else { return }
        let json = try JSONValue(parsing: Array(text.utf8))
        wasKnown = json["known"]?.bool ?? false
        lot = json["lot"]?.string
        testDate = json["date"]?.string.flatMap { CalendarDate($0) }
        warnings = json["warnings"]?.elements?.compactMap { $0.string.flatMap(ScanWarning.init) } ?? []
        bill = json["bill"].flatMap { ScannedBill(stored: $0) }
        gateCheck = json["gate"].map { ScannedGateCheck(stored: $0) }
        item = json["item"].flatMap { ReturnItemAnswer(stored: $0) }
        refusal = json["refusal"].map { StoredRefusal($0) }
        undo = json["undo"].map { UndoneState($0) }
    }
}

extension ScanRemainder.StoredRefusal {
    fileprivate var json: JSONValue {
        var json: JSONValue = ["status": .integer(Int64(status)), "detail": .string(detail)]
        if tellsCurrent { json["current"] = current?.json ?? .null }
        for (name, number) in numbers.sorted(by: { $0.key < $1.key }) {
            var object = json["numbers"] ?? .object([])
            object[name] = .integer(Int64(number))
            json["numbers"] = object
        }
        json["state"] = state.map { .string($0) }
        return json
    }

    fileprivate init(_ json: JSONValue) {
        status = json["status"]?.int64.map { Int($0) } ?? 409
        detail = json["detail"]?.string ?? ""
        tellsCurrent = json["current"] != nil
        if let place = json["current"], place != .null {
            current = Refusal.Current(
                parentCode: place["parent_code"]?.string, billCode: place["bill_code"]?.string,
                areaCode: place["area_code"]?.string)
        }
        for (name, value) in json["numbers"]?.members ?? [] {
            numbers[name] = value.int64.map { Int($0) }
        }
        state = json["state"]?.string
    }

    /// The refusal with its code.
    func refusal(code: String) -> Refusal {
        let kind: Refusal.Status =
            switch status {
            case 403: .forbidden
            case 404: .notFound
            case 422: .unprocessable
            default: .conflict
            }
        var refusal = Refusal(
            status: kind, code: code, detail: detail, current: current, tellsCurrent: tellsCurrent, numbers: numbers)
        refusal.state = state
        return refusal
    }
}

extension ScanRemainder.UndoneState {
    fileprivate var json: JSONValue {
        var json: JSONValue = ["count": .integer(Int64(childCount)), "area": .string(areaCode)]
        json["lot"] = lot.map { .string($0) }
        json["date"] = testDate.map { .string($0.text) }
        return json
    }

    fileprivate init(_ json: JSONValue) {
        childCount = json["count"]?.int64.map { Int($0) } ?? 0
        areaCode = json["area"]?.string ?? ""
        lot = json["lot"]?.string
        testDate = json["date"]?.string.flatMap { CalendarDate($0) }
    }
}
