/// Where a bill stands on its way (rule R24).
enum BillState: String, Sendable, Hashable, CaseIterable {
    case open, completed, loading, dispatched, delivered, cancelled

    /// Whether the lorry has left.
    var hasLeft: Bool { self == .dispatched || self == .delivered }
}

/// What takes a bill from one state to another.
enum BillAction: String, Sendable, Hashable, CaseIterable {
    case complete, reopen, startCheck, abandonCheck, dispatch, deliver, cancel

    /// The states that it starts from.
    var sources: Set<BillState> {
        switch self {
        case .complete: [.open]
        case .reopen, .startCheck: [.completed]
        case .abandonCheck, .dispatch: [.loading]
        case .deliver: [.dispatched]
        case .cancel: [.open, .completed]
        }
    }

    /// The state that it ends in.
    var target: BillState {
        switch self {
        case .complete, .abandonCheck: .completed
        case .reopen: .open
        case .startCheck: .loading
        case .dispatch: .dispatched
        case .deliver: .delivered
        case .cancel: .cancelled
        }
    }

    /// What it does, as the end of "cannot be …".
    var participle: String {
        switch self {
        case .complete: "completed"
        case .reopen: "reopened"
        case .startCheck: "checked at the gate"
        case .abandonCheck: "taken from the gate"
        case .dispatch: "dispatched"
        case .deliver: "delivered"
        case .cancel: "cancelled"
        }
    }
}

/// What the time line of a bill tells.
enum BillDeed: String, Sendable, Hashable, CaseIterable {
    case created, updated
    case parentRemoved = "parent_removed"
    case completed, reopened
    case gateStarted = "gate_started"
    case gateAbandoned = "gate_abandoned"
    case dispatched, delivered, cancelled
}
