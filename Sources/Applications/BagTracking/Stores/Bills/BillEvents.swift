import Portico

/// What is told of bills after the commit. The key of an event is the bill's area.
enum BillEvents {
    static let created = "bill.created"
    static let completed = "bill.completed"
    static let dispatched = "bill.dispatched"
    static let delivered = "bill.delivered"
    static let cancelled = "bill.cancelled"
    /// Everything else that changes what a bill shows: its header, its sacks, its check.
    static let changed = "bill.changed"
    /// A sack was found on a lorry that is not on its bill.
    static let finding = "gate.finding"

    /// Whether an event is about a bill as it is then.
    static func isBill(_ kind: String) -> Bool { kind.hasPrefix("bill.") }

    /// An event with the bill as it is afterwards.
    /// - Parameter check: the running check; nil while none is.
    static func event(_ kind: String, _ bill: BillRow, check: GateProgress?, by caller: BagCaller) -> Event {
        let payload: JSONValue = .object([
            (key: "id", value: .string(String(bill.id))), (key: "code", value: .string(bill.code)),
            (key: "state", value: .string(bill.state.rawValue)),
            (key: "linked_count", value: .integer(Int64(bill.totals.linkedCount))),
            (key: "capacity", value: .integer(Int64(bill.header.capacity))),
            (key: "child_count", value: .integer(Int64(bill.totals.childCount))),
            (key: "actual_weight_grams", value: .integer(Int64(bill.totals.actualWeightGrams))),
            (key: "seen_count", value: .integer(Int64(check?.seenCount ?? 0))),
            (key: "open_findings", value: .integer(Int64(check?.openFindings ?? 0))),
            (key: "area_code", value: .string(bill.areaCode)),
            (key: "user_id", value: .string(String(caller.userID))),
            (key: "user_name", value: .string(caller.name)),
        ])
        return Event(kind, key: bill.areaCode, payload: payload, at: caller.now)
    }

    /// The members that live updates pass on.
    static let members = [
        "id", "code", "state", "linked_count", "capacity", "child_count", "actual_weight_grams", "seen_count",
        "open_findings",
    ]

    /// A finding at the gate.
    static func found(_ code: String, on bill: BillRow, by caller: BagCaller) -> Event {
        let payload: JSONValue = .object([
            (key: "bill_id", value: .string(String(bill.id))), (key: "bill_code", value: .string(bill.code)),
            (key: "code", value: .string(code)), (key: "area_code", value: .string(bill.areaCode)),
            (key: "user_id", value: .string(String(caller.userID))),
            (key: "user_name", value: .string(caller.name)),
        ])
        return Event(finding, key: bill.areaCode, payload: payload, at: caller.now)
    }
}
