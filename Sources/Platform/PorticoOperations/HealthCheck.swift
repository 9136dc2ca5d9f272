/// One thing a node depends on, and how to ask whether it works.
public struct HealthCheck: Sendable {
    /// What a check found.
    public struct Result: Sendable, Hashable {
        /// How it stands.
        public let state: HealthState
        /// What was found, in words without secrets.
        public let detail: String

        /// A finding.
        public init(_ state: HealthState, _ detail: String = "") {
            self.state = state
            self.detail = detail
        }
    }

    /// Name of the dependency: `bags.database`.
    public let name: String
    /// Whether the node can't serve without it.
    public let isEssential: Bool
    /// Asks. Must answer within a few seconds.
    public let check: @Sendable () async -> Result

    /// A check.
    public init(_ name: String, isEssential: Bool, check: @escaping @Sendable () async -> Result) {
        self.name = name
        self.isEssential = isEssential
        self.check = check
    }
}

/// How a dependency, or a whole node, stands.
public enum HealthState: String, Sendable, CaseIterable, Comparable {
    /// Everything works.
    case healthy
    /// It works with less than it should have.
    case degraded
    /// It does not work.
    case unhealthy

    /// The better state comes first.
    public static func < (left: HealthState, right: HealthState) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int {
        switch self {
        case .healthy: 0
        case .degraded: 1
        case .unhealthy: 2
        }
    }
}
