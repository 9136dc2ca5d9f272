import Portico

/// What is told of scans after their commit (rules of live updates and webhooks). The key of an event is its area.
enum ScanEvents {
    static let accepted = "scan.accepted"
    static let rejected = "scan.rejected"
    static let undone = "scan.undone"
    static let parentFull = "parent.full"
    static let statsChanged = "stats.changed"

    /// The event of a recorded scan.
    static func recorded(_ scan: ScanRecord, by caller: BagCaller) -> Event {
        event(
            scan.outcome == .rejected ? rejected : accepted, scan, outcome: scan.outcome.rawValue,
            load: (scan.countAfter, scan.capacity, scan.statusAfter), by: caller)
    }

    /// The event of a scan that was taken back, with the sack as it is then.
    static func undone(_ scan: ScanRecord, load: ParentLoad, by caller: BagCaller) -> Event {
        event(
            undone, scan, outcome: "undone", load: (load.childCount, load.capacity, load.status), by: caller)
    }

    /// The event of a sack that a scan or a move brought to its capacity.
    static func full(_ code: String, load: ParentLoad, area: String, scanID: Int64?, by caller: BagCaller) -> Event {
        let payload: JSONValue = .object([
            (key: "scan_id", value: scanID.map { .string(String($0)) } ?? .null),
            (key: "parent_code", value: .string(code)),
            (key: "child_count", value: .integer(Int64(load.childCount))),
            (key: "capacity", value: .integer(Int64(load.capacity))),
            (key: "area_code", value: .string(area)),
            (key: "user_id", value: .string(String(caller.userID))),
            (key: "user_name", value: .string(caller.name)),
        ])
        return Event(parentFull, key: area, payload: payload, at: caller.now)
    }

    /// Figures of an area have changed by something that is no scan.
    static func statsChanged(_ area: String, by caller: BagCaller) -> Event {
        Event(statsChanged, key: area, payload: ["area_code": .string(area)], at: caller.now)
    }

    private static func event(
        _ kind: String, _ scan: ScanRecord, outcome: String,
        load: (count: Int?, capacity: Int?, status: ParentStatus?), by caller: BagCaller
    ) -> Event {
        let payload: JSONValue = .object([
            (key: "scan_id", value: .string(String(scan.id))),
            (key: "kind", value: .string(scan.kind.rawValue)),
            (key: "outcome", value: .string(outcome)),
            (key: "reject_code", value: scan.rejectCode.map { .string($0) } ?? .null),
            (key: "code", value: .string(scan.code)),
            (key: "parent_code", value: scan.parentCode.map { .string($0) } ?? .null),
            (key: "child_count", value: load.count.map { .integer(Int64($0)) } ?? .null),
            (key: "capacity", value: load.capacity.map { .integer(Int64($0)) } ?? .null),
            (key: "status", value: load.status.map { .string($0.rawValue) } ?? .null),
            (key: "user_id", value: .string(String(caller.userID))),
            (key: "user_name", value: .string(caller.name)),
            (key: "recorded_at", value: .string(scan.recordedAt.rfc3339)),
            (key: "area_code", value: scan.areaCode.map { .string($0) } ?? .null),
        ])
        return Event(kind, key: scan.areaCode ?? "", payload: payload, at: caller.now)
    }
}
