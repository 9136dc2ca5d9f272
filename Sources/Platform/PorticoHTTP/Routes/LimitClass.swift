import PorticoLimits
import PorticoValues

/// How often a caller may use a route: a sustained rate with room for a burst. Declared by routes, documented with them.
public struct LimitClass: Sendable, Hashable {
    /// Name in headers, documents and metrics.
    public let name: String
    /// Requests in `windowSeconds`, sustained.
    public let quota: Int
    /// The window in seconds.
    public let windowSeconds: Int
    /// Requests that may come at once.
    public let burst: Int
    /// How requests are counted.
    public let algorithm: RateAlgorithm
    /// What happens while the counters that nodes share do not answer.
    public let onStoreFailure: RateStoreFailure

    /// A class.
    /// - Parameters:
    ///   - algorithm: a bucket that fills evenly, unless a small quota has to hold in every window exactly.
    ///   - onStoreFailure: a node's own part of the limit, unless the work is worth more than the limit.
    public init(
        _ name: String, quota: Int, windowSeconds: Int, burst: Int, algorithm: RateAlgorithm = .tokenBucket,
        onStoreFailure: RateStoreFailure = .local
    ) {
        self.name = name
        self.quota = quota
        self.windowSeconds = windowSeconds
        self.burst = burst
        self.algorithm = algorithm
        self.onStoreFailure = onStoreFailure
    }

    /// Whether nothing is counted.
    public var isUnlimited: Bool { quota == 0 }

    /// The rule of an application that counts this class, `bags.scan`.
    public func rule(of mount: Mount) -> RateRule? {
        guard !isUnlimited else { return nil }
        var rule = RateRule(
            ruleName(of: mount), quota: quota, per: .seconds(Int64(windowSeconds)), burst: burst,
            algorithm: algorithm)
        rule.onStoreFailure = onStoreFailure
        return rule
    }

    func ruleName(of mount: Mount) -> String { "\(mount.id).\(name)" }

    /// Nothing is counted: health checks, assets.
    public static let unlimited = LimitClass("unlimited", quota: 0, windowSeconds: 0, burst: 0)
    /// Pages: 100 a minute.
    public static let pages = LimitClass("pages", quota: 100, windowSeconds: 60, burst: 100)
    /// Signing in: 300 a minute and address.
    public static let signIn = LimitClass("sign_in", quota: 300, windowSeconds: 60, burst: 300)
}
