import PorticoHTTP
import PorticoSQL

extension SignIn {
    /// The answer to a link that no longer holds, whatever the reason.
    static let linkRefusal = Problem(
        422, "invalid_sign_in_link",
        "The link was used, is too old or was replaced by another one. Ask for a new one, or sign in with your password."
    )

    /// Begins a session for whoever holds a link, and shows a code where the account takes one. A wrong code leaves the
    /// link as it is.
    ///
    /// Whoever holds the link reads the owner's mail, so that a lock of the account does not keep them waiting. Wrong codes
    /// count like any others, and for the link by themselves: it takes as many as a browser that the account knows.
    /// - Throws: ``Problem`` 422 `invalid_sign_in_link`; 401 `second_factor_required` or `invalid_second_factor`; 429
    ///   `account_locked`.
    func begin(
        with link: SessionToken, code: String?, from links: SignInLinkStore, by context: RequestContext
    ) async throws -> NewSession {
        guard let holder = try await database.read({ try links.holder(of: link, at: context.now, in: $0) }) else {
            throw SignIn.linkRefusal
        }
        var attempt = SignInAttempt(email: holder.email, password: "", by: context)
        attempt.code = code.map { String($0.prefix(64)) }
        attempt.firstFactor = "link"
        let outcome = try await outcome(attempt, with: link, of: holder, at: context.now) {
            [sessions, attempt] account, transaction in
            guard try links.use(link, at: context.now, in: transaction) else { throw SignIn.linkRefusal }
            try transaction.audit(
                AuditEntry.Cause(context).entry("account.signed_in_by_link", entity: "\(account.id)", by: account.id))
            return try sessions.begin(
                account, for: attempt, head: context.request.head, at: context.now, in: transaction)
        }
        switch outcome {
        case .granted(let new): return new
        case .refused(let problem), .needsCode(let problem, _): throw problem
        }
    }
}
