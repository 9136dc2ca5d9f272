import Logging
import PorticoHTTP

/// Writes down who was let in, and who was not and why: every try with the request and where it came from, neither the address
/// that was typed (somebody may have typed the password there) nor anything that was shown.
struct SignInJournal: Sendable {
    /// What became of a try.
    enum Verdict: Sendable, Hashable {
        case passed
        case refused(code: String)
    }

    let logger: Logger?

    /// - Parameter account: whose address was typed; nil when nobody has it.
    func note(_ verdict: Verdict, _ attempt: SignInAttempt, for purpose: SignIn.Purpose, account: Int64?) {
        guard let logger else { return }
        var metadata: Logger.Metadata = [
            "client.address": "\(attempt.address)",
            "factors": "\(attempt.firstFactor)\(attempt.code == nil ? "" : ", code")",
        ]
        if let id = attempt.requestID { metadata["request.id"] = "\(id)" }
        if let account { metadata["account.id"] = "\(account)" }
        let what = purpose == .signIn ? "sign-in" : "confirmation of an account"
        switch verdict {
        case .passed: logger.info("\(what): passed", metadata: metadata)
        case .refused(let code):
            metadata["reason"] = "\(code)"
            logger.info("\(what): refused", metadata: metadata)
        }
    }
}

extension SignIn.Outcome {
    /// What is written down of it.
    var verdict: SignInJournal.Verdict {
        switch self {
        case .granted: .passed
        case .refused(let problem), .needsCode(let problem, _): .refused(code: problem.code)
        }
    }
}
