import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoValues

/// Codes by mail as a second factor, for people of certain roles who have no authenticator.
public struct MailedFactor: Sendable {
    private let codes: MailCodeStore
    private let roles: Set<String>

    /// - Parameter roles: names of the roles whose people get codes.
    init(codes: MailCodeStore, roles: Set<String>) {
        self.codes = codes
        self.roles = roles
    }

    /// Whether an account takes a code by mail to sign in.
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
    /// - Returns: the answer to the right password without one: 401 `second_factor_required` with `method` `mail`.
    func demand(of account: Account, at now: Instant, in transaction: Transaction) throws -> Problem {
        let wait = try codes.send(for: .signIn, to: account, at: now, in: transaction)
        let detail =
            wait.map {
                "We have sent you several codes already. Enter the last one, or wait \(MailedFactor.words($0)) for another."
            } ?? "We have sent a code to your email address. Enter it beside your password."
        return Problem(401, "second_factor_required", detail, members: [(name: "method", value: "mail")])
    }

    private static func words(_ wait: Span) -> String {
        let minutes = (wait.milliseconds + 59_999) / 60_000
        return minutes == 1 ? "a minute" : "\(minutes) minutes"
    }
}
