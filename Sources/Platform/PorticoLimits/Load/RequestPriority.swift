/// How much a request matters when not all can be served. The first is served longest.
public enum RequestPriority: Int, Sendable, Hashable, CaseIterable, Comparable {
    /// Never shed and never counted: the question whether the process lives, the operator's stop.
    case vital
    /// Shed only at the limit itself: scans, sign-in, payments.
    case critical
    /// The rest.
    case normal
    /// Can come later: exports, previews, prefetching.
    case deferrable

    /// What matters more is smaller.
    public static func < (left: RequestPriority, right: RequestPriority) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Shares of a concurrency limit that are kept for what matters more (rule R12).
public struct PriorityShares: Sendable, Hashable {
    /// The part that normal and deferrable requests leave to critical ones: 0…1.
    public let critical: Double
    /// The part that deferrable requests leave to all others: 0…1.
    public let normal: Double

    /// Shares; a fifth for critical requests, half for all that are not deferrable. Values outside 0…1 are held there.
    public init(critical: Double = 0.2, normal: Double = 0.5) {
        self.critical = min(max(0, critical), 1)
        self.normal = min(max(0, normal), 1)
    }

    /// No request leaves anything to others.
    public static let equal = PriorityShares(critical: 0, normal: 0)

    /// How many requests may be under way for one of this priority to be let in as the next; at least one, so that an
    /// idle server serves everything.
    public func ceiling(of limit: Int, for priority: RequestPriority) -> Int {
        let kept =
            switch priority {
            case .vital, .critical: 0.0
            case .normal: critical
            case .deferrable: max(critical, normal)
            }
        return max(1, Int((Double(limit) * (1 - kept)).rounded()))
    }
}
