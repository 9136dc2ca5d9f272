import PorticoValues

/// How a rule counts.
public enum RateAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// The generic cell rate algorithm: a bucket of `burst` tokens that fills evenly with `quota` tokens per window.
    case tokenBucket = "token_bucket"
    /// The count of this window plus the part of the one before that a sliding window still covers.
    case slidingWindow = "sliding_window"
    /// Every admission with its instant: at most the quota in any window, to the millisecond. For small quotas only, see
    /// ``RateRule/largestLogQuota``.
    case slidingLog = "sliding_log"
}

/// Whether a rule refuses or only tells that it would have.
public enum RateMode: String, Sendable, Hashable, CaseIterable {
    /// Refuses what goes beyond the quota.
    case enforced
    /// Refuses nothing and counts what it would have refused (rule R9).
    case shadow
}

/// What happens to requests under a rule while its store does not answer (rule R8).
public enum RateStoreFailure: String, Sendable, Hashable, CaseIterable {
    /// Counts in this process, with the quota divided by the number of nodes.
    case local
    /// Lets everything through.
    case admit
    /// Refuses everything.
    case refuse
}

/// Why a rule cannot be.
public struct RateRuleError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence for the operator.
    public let description: String
}

/// One limit: so many units per window for every key that is counted under its name.
public struct RateRule: Sendable, Hashable {
    /// The class of requests, which is also the policy's name in the headers: letters, digits, `.`, `_`, `-`.
    public var name: String { label.name }
    /// Units per window; at least 1.
    public let quota: Int
    /// The window.
    public let window: Span
    /// Units that may come at once when the bucket is full; sliding windows and logs have none of their own and use the
    /// quota.
    public let burst: Int
    /// How it counts.
    public let algorithm: RateAlgorithm
    /// The unit of quota and costs, as registered for the headers: `requests`, `content-bytes`, or one's own.
    public var unit: String { label.unit }
    /// Whether it refuses.
    public var mode: RateMode
    /// What happens while the store does not answer.
    public var onStoreFailure: RateStoreFailure

    private let label: RateLabel
    let pace: RatePace
    /// The rule's part of the fingerprints of its keys.
    let seed: UInt64

    /// The longest window: one leap year.
    public static let longestWindow = Span.days(366)
    /// The largest quota and burst.
    public static let largestQuota = Int(Int32.max)

    /// A rule of the program. Values outside the documented ranges are mistakes and stop the process; what an operator
    /// types goes through ``changed(quota:window:burst:mode:)``.
    ///
    /// - Parameter burst: the quota when nil.
    public init(
        _ name: String, quota: Int, per window: Span, burst: Int? = nil, algorithm: RateAlgorithm = .tokenBucket,
        unit: String = "requests"
    ) {
        let flaw = RateRule.flaw(
            name: name, quota: quota, window: window, burst: burst ?? quota, unit: unit, algorithm: algorithm)
        precondition(flaw == nil, flaw ?? "")
        self.init(checked: name, quota, window, burst ?? quota, algorithm, unit, .enforced, .local)
    }

    private init(
        checked name: String, _ quota: Int, _ window: Span, _ burst: Int, _ algorithm: RateAlgorithm, _ unit: String,
        _ mode: RateMode, _ onStoreFailure: RateStoreFailure
    ) {
        self.label = RateLabel(name: name, unit: unit)
        self.quota = quota
        self.window = window
        self.burst = algorithm == .tokenBucket ? burst : quota
        self.algorithm = algorithm
        self.mode = mode
        self.onStoreFailure = onStoreFailure
        self.pace = RatePace(quota: quota, window: window, burst: self.burst)
        self.seed = RateFingerprint.seed(name: name, algorithm)
    }

    /// The rule with other values; nil keeps what is there. A burst that equalled the quota follows the new quota.
    public func changed(
        quota: Int? = nil, window: Span? = nil, burst: Int? = nil, mode: RateMode? = nil
    ) throws(RateRuleError) -> RateRule {
        let newQuota = quota ?? self.quota
        let newBurst = burst ?? (self.burst == self.quota ? newQuota : self.burst)
        let newWindow = window ?? self.window
        let flaw = RateRule.flaw(
            name: name, quota: newQuota, window: newWindow, burst: newBurst, unit: unit, algorithm: algorithm)
        if let flaw { throw RateRuleError(description: flaw) }
        return RateRule(
            checked: name, newQuota, newWindow, newBurst, algorithm, unit, mode ?? self.mode, onStoreFailure)
    }

    /// The rule as it is in shadow mode or enforced.
    public func inMode(_ mode: RateMode) -> RateRule {
        var rule = self
        rule.mode = mode
        return rule
    }

    /// The share of one of `nodes` equal nodes, at least one unit.
    public func divided(among nodes: Int) -> RateRule {
        guard nodes > 1 else { return self }
        return RateRule(
            checked: name, max(1, quota / nodes), window, max(1, burst / nodes), algorithm, unit, mode, onStoreFailure)
    }

    private static func flaw(
        name: String, quota: Int, window: Span, burst: Int, unit: String, algorithm: RateAlgorithm
    ) -> String? {
        guard isToken(name), isToken(unit) else {
            return "A rule's name and unit consist of letters, digits, full stops, underscores and hyphens."
        }
        guard (1...largestQuota).contains(quota) else { return "The quota must be between 1 and \(largestQuota)." }
        if algorithm == .slidingLog, quota > largestLogQuota {
            return "The quota of a sliding log must be at most \(largestLogQuota)."
        }
        guard (1...largestQuota).contains(burst) else { return "The burst must be between 1 and \(largestQuota)." }
        guard (Span.milliseconds(1)...longestWindow).contains(window) else {
            return "The window must be between one millisecond and 366 days."
        }
        // 2^38 ms are 8.7 years; beyond that, ticks of 2^-21 ms no longer fit into 60 bits.
        let largest = max(quota, burst).multipliedReportingOverflow(by: Int(window.milliseconds))
        guard !largest.overflow, largest.partialValue < 1 << 60, largest.partialValue / quota < 1 << 38 else {
            return "Quota or burst is too large for this window."
        }
        return nil
    }

    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
