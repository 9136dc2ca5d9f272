import PorticoHTTP
import PorticoValues

/// What an application asks of passwords: the rules of ``PasswordPolicy``, what the operator refuses beside them, which
/// old ones may not come again, and how long one is good.
///
/// ```swift
/// configuration.passwords.former = 10
/// try identity.passwordRules.check(password, email: email)
/// ```
public struct PasswordRules: Sendable {
    /// How many of an account's passwords, the present one among them, its owner can't choose again; 0 for none.
    public var former = 5
    /// How long a password is good; nil for as long as its owner keeps it.
    public var life: Span?
    /// Passwords that nobody may choose.
    public var refused = RefusedPasswords()

    /// The rules as they are where nobody says otherwise: none of the last five, no end, no list.
    public init() {}

    /// The first reason to refuse a password, or nil when it may be used. The account's former ones are not looked at.
    public func refusal(of password: String, email: String) -> PasswordPolicy.Refusal? {
        PasswordPolicy.refusal(of: password, email: email) ?? (refused.contains(password) ? .common : nil)
    }

    /// Refuses a password that must not be used.
    /// - Throws: ``Problem`` 422 naming `field`.
    public func check(_ password: String, email: String, field: String = "password") throws {
        guard let refusal = refusal(of: password, email: email) else { return }
        throw Problem.validation([refusal.error(of: field)])
    }
}
