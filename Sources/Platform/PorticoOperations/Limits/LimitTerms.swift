import PorticoJSON
import PorticoLimits
import PorticoSQL
import PorticoValues

/// What an operator can say of a limit.
public struct LimitTerms: Sendable, Hashable {
    /// What happens to requests beyond the limit.
    public enum Mode: String, Sendable, Hashable, CaseIterable {
        /// They are refused.
        case enforced
        /// They are served and counted as "would have been refused".
        case shadow
        /// Nothing is counted.
        case off
    }

    /// Requests per window, sustained; at least 1.
    public var quota: Int
    /// The window in seconds; at least 1.
    public var windowSeconds: Int
    /// Requests that may come at once; at least 1.
    public var burst: Int
    /// What happens beyond.
    public var mode: Mode

    /// Terms.
    public init(quota: Int, windowSeconds: Int, burst: Int, mode: Mode) {
        self.quota = quota
        self.windowSeconds = windowSeconds
        self.burst = burst
        self.mode = mode
    }

    /// The terms of a rule.
    init(_ rule: RateRule) {
        self.init(
            quota: rule.quota, windowSeconds: Int(rule.window.milliseconds / 1000), burst: rule.burst,
            mode: rule.mode == .shadow ? .shadow : .enforced)
    }

    /// The rule under these terms; nil when nothing is to be counted.
    /// - Throws: ``RateRuleError`` that says what is out of range.
    func rule(from declared: RateRule) throws(RateRuleError) -> RateRule? {
        guard mode != .off else { return nil }
        return try declared.changed(
            quota: quota, window: .seconds(Int64(windowSeconds)), burst: burst,
            mode: mode == .shadow ? .shadow : .enforced)
    }

    /// As the audit keeps them.
    var audited: JSONValue {
        .object([
            ("quota", .integer(Int64(quota))), ("window_seconds", .integer(Int64(windowSeconds))),
            ("burst", .integer(Int64(burst))), ("mode", .string(mode.rawValue)),
        ])
    }
}

extension LimitTerms {
    /// Quota, window, burst and mode, in this order.
    init(_ row: Row, from column: Int) throws {
        let quota: Int64 = try row[column]
        let windowSeconds: Int64 = try row[column + 1]
        let burst: Int64 = try row[column + 2]
        let mode: String = try row[column + 3]
        self.init(
            quota: Int(quota), windowSeconds: Int(windowSeconds), burst: Int(burst),
            mode: Mode(rawValue: mode) ?? .enforced)
    }
}
