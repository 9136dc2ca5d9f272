import PorticoHTTP
import PorticoSQL

/// Changing the address one signs in with, and closing one's account. Both take the password, and a code where there is an
/// authenticator.
extension OwnAccount {
    /// The answer to a link to another address that no longer holds, whatever the reason.
    static let addressLinkRefusal = Problem(
        422, "invalid_address_link",
        "The link was used, is too old or was replaced by another one. Ask for a new one on the page of your account.")

    /// Sends a link to the address one wants to sign in with.
    /// - Throws: ``Problem`` 422 naming `email`, `password` or `code`; 429 `account_locked` or `too_many_mails`; 404 where no
    ///   mail is sent.
    func requestAddress(_ typed: String, _ proof: Proof, by context: RequestContext) async throws {
        guard let addresses else { throw Problem(404, "not_found", "No mail is sent here.") }
        let current = try await current(context)
        guard let address = EmailAddress(typed) else { throw OwnAccount.refusal("invalid", "is no email address") }
        guard address.text != current.principal.email else {
            throw OwnAccount.refusal("unchanged", "is the address you have already")
        }
        try await prove(proof, context) { account, transaction in
            try addresses.request(address, for: account, by: AuditEntry.Cause(context), in: transaction)
        }
    }

    /// The address that a link stands for; nil when it no longer holds.
    func address(of link: String, by context: RequestContext) async throws -> String? {
        guard let addresses, let token = SessionToken(link) else { return nil }
        return try await database.read { try addresses.address(of: token, at: context.now, in: $0) }
    }

    /// Takes the address of a link. Whoever holds it may be signed in or not.
    /// - Throws: ``addressLinkRefusal``; 409 `email_taken`.
    func confirmAddress(_ link: String, by context: RequestContext) async throws {
        guard let addresses, let token = SessionToken(link) else { throw OwnAccount.addressLinkRefusal }
        do {
            let isDone = try await database.write {
                try addresses.confirm(token, by: AuditEntry.Cause(context), in: $0)
            }
            guard isDone else { throw OwnAccount.addressLinkRefusal }
        } catch let error as SQLError where error.code == .uniqueViolation {
            throw AccountRefusal.emailTaken
        }
    }

    /// Closes the account of whoever asks.
    /// - Returns: the `Set-Cookie` value that takes this browser's session away.
    /// - Throws: ``Problem`` 422 naming `password` or `code`; 409 where something in the application speaks against it; 429
    ///   `account_locked`; 404 where people can't close their own accounts.
    func close(_ proof: Proof, by context: RequestContext) async throws -> String {
        guard let closing else { throw Problem(404, "not_found", "Accounts are closed by administrators here.") }
        _ = try await current(context)
        try await prove(proof, context) { account, transaction in
            try closing.close(account, by: AuditEntry.Cause(context), in: transaction)
        }
        return own.sessions.settings.emptyCookie
    }

    private static func refusal(_ code: String, _ message: String) -> Problem {
        Problem.validation([Problem.FieldError(field: "email", code: code, message: message)])
    }
}
