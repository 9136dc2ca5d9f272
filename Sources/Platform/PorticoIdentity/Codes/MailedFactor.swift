import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoValues

/// Codes by mail, or as text messages, as a second factor, for people of certain roles who have no authenticator.
///
/// Whoever has confirmed a phone gets them there as long as text messages are sent at all, everybody else by mail.
public struct MailedFactor: Sendable {
    private let codes: MailCodeStore
    private let phones: PhoneStore
    private let roles: Set<String>

    /// - Parameter roles: names of the roles whose people get codes.
    init(codes: MailCodeStore, phones: PhoneStore, roles: Set<String>) {
        self.codes = codes
        self.phones = phones
        self.roles = roles
    }

    /// Whether an account takes a code by mail or text message to sign in.
    func covers(role: String, hasSecondFactor: Bool) -> Bool {
        !hasSecondFactor && roles.contains(role)
    }

    /// Checks a code and uses it up.
    func check(
        _ code: String?, of account: Account, at now: Instant, in transaction: Transaction
    ) throws -> SecondFactorStore.Verdict {
        let code = (code ?? "").filter { $0 != " " }
        guard !code.isEmpty else { return .missing }
        return try codes.use(code, for: .signIn, of: account.id, at: now, in: transaction) ? .passed : .wrong
    }

    /// Sends a code.
    /// - Returns: the answer to the right password without one: 401 `second_factor_required` with `method` `mail`, or `sms`
    ///   with the last digits of the phone.
    func demand(of account: Account, at now: Instant, in transaction: Transaction) throws -> Problem {
        if let sent = try phones.sendCode(for: .signIn, to: account, at: now, in: transaction) {
            let place = "your phone ending in \(sent.number.ending)"
            return MailedFactor.demand(.text(ending: sent.number.ending), place, wait: sent.wait)
        }
        let wait = try codes.send(for: .signIn, to: account, at: now, in: transaction)
        return MailedFactor.demand(.mail, "your email address", wait: wait)
    }

    private static func demand(_ way: CodeWay, _ place: String, wait: Span?) -> Problem {
        let detail =
            wait.map {
                "We have sent you several codes already. Enter the last one, or wait \(MailedFactor.words($0)) for another."
            } ?? "We have sent a code to \(place). Enter it beside your password."
        return Problem(401, "second_factor_required", detail, members: way.members)
    }

    private static func words(_ wait: Span) -> String {
        let minutes = (wait.milliseconds + 59_999) / 60_000
        return minutes == 1 ? "a minute" : "\(minutes) minutes"
    }
}
