import PorticoValues

/// When somebody who keeps failing to sign in must wait, and for how long.
public struct LockoutSettings: Sendable {
    /// Failures in a row after which an account, or an address nobody has an account under, is locked.
    public var failures = 5
    /// How long it stays locked.
    public var duration = Span.minutes(15)
    /// How long accounts with particular roles stay locked.
    public var durationByRole: [String: Span] = [:]
    /// Failures within ``addressWindow`` after which nobody signs in from a client's address. Many people may share it.
    public var addressFailures = 50
    /// The time in which those failures count, and then the time the client's address stays locked.
    public var addressWindow = Span.minutes(15)

    /// Five failures and 15 minutes for accounts, fifty failures in 15 minutes for addresses.
    public init() {}

    /// How long an account stays locked.
    ///
    /// Where roles differ, an identifier nobody has an account under takes one of the durations in use, always the same
    /// one: how long to wait then tells nothing of whether there is an account.
    /// - Parameter role: of the account; nil when there is none.
    func duration(role: String?, subject: [UInt8]) -> Span {
        if let role { return durationByRole[role] ?? duration }
        let durations = Set(durationByRole.values).union([duration]).sorted()
        return durations[Int(subject.last ?? 0) % durations.count]
    }
}
