import Portico

extension ScanLine {
    /// A scan as lists of pages show it.
    /// - Parameter undoable: what the reader may take back (``ScanLog/undoable(_:for:window:)``).
    init(
        _ item: ScanItem, for caller: BagCaller, _ catalog: Catalog, window: Span, undoable: Set<Int64> = []
    ) {
        self.init(
            id: String(item.id), scannedAt: item.scannedAt, outcome: item.outcome.rawValue, rejectCode: item.rejectCode,
            code: item.code, hasPage: item.outcome != .rejected, parentCode: item.parentCode,
            countAfter: item.countAfter, capacity: item.capacity, area: item.areaCode.map { catalog.areaName($0) },
            user: item.user.name,
            undoableUntil: undoable.contains(item.id) ? item.recordedAt + window : nil,
            undone: item.undone.map { undone in
                Undone(by: ScanLine.name(of: undone.by, item, caller), at: undone.at, reason: undone.reason)
            })
    }

    /// Nobody but the person and administrators can take a scan back.
    private static func name(of userID: Int64, _ item: ScanItem, _ caller: BagCaller) -> String {
        switch userID {
        case item.user.id: item.user.name
        case caller.userID: caller.name
        default: "an administrator"
        }
    }
}
