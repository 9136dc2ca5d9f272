import Portico

/// How the parts of answers that are about bills and tickets are kept beside a scan.
extension ScannedBill {
    var stored: JSONValue {
        .object([
            (key: "id", value: .integer(id)), (key: "code", value: .string(code)),
            (key: "capacity", value: .integer(Int64(capacity))),
            (key: "linked", value: .integer(Int64(totals.linkedCount))),
            (key: "children", value: .integer(Int64(totals.childCount))),
            (key: "actual", value: .integer(Int64(totals.actualWeightGrams))),
            (key: "expected", value: .integer(Int64(totals.expectedWeightGrams))),
        ])
    }

    init?(stored json: JSONValue) {
        guard let id = json["id"]?.int64, let code = json["code"]?.string else { return nil }
        func number(_ name: String) -> Int { Int(json[name]?.int64 ?? 0) }
        self.init(
            id: id, code: code, capacity: number("capacity"),
            totals: BillTotals(
                linkedCount: number("linked"), childCount: number("children"), actualWeightGrams: number("actual"),
                expectedWeightGrams: number("expected")))
    }
}

extension ScannedGateCheck {
    var stored: JSONValue {
        .object([
            (key: "expected", value: .integer(Int64(progress.expectedCount))),
            (key: "seen", value: .integer(Int64(progress.seenCount))),
            (key: "findings", value: .integer(Int64(progress.openFindings))),
        ])
    }

    init(stored json: JSONValue) {
        func number(_ name: String) -> Int { Int(json[name]?.int64 ?? 0) }
        self.init(
            progress: GateProgress(
                expectedCount: number("expected"), seenCount: number("seen"), openFindings: number("findings")))
    }
}

extension ReturnItemAnswer {
    var stored: JSONValue {
        var json = JSONValue.object([
            (key: "code", value: .string(code)), (key: "bill", value: .string(originalBillCode)),
            (key: "children", value: .integer(Int64(childCount))),
            (key: "weight", value: .integer(Int64(weightGrams))),
            (key: "condition", value: .string(condition.rawValue)),
        ])
        json["restored"] = isRestored.map { .bool($0) }
        json["reason"] = reason.map { .string($0) }
        return json
    }

    init?(stored json: JSONValue) {
        guard let code = json["code"]?.string, let bill = json["bill"]?.string,
            let condition = json["condition"]?.string.flatMap({ ReturnCondition(rawValue: $0) })
        else { return nil }
        self.init(
            code: code, originalBillCode: bill, childCount: Int(json["children"]?.int64 ?? 0),
            weightGrams: Int(json["weight"]?.int64 ?? 0), condition: condition, isRestored: json["restored"]?.bool,
            reason: json["reason"]?.string)
    }
}
