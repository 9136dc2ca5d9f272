import PorticoHTTP
import PorticoSQL
import PorticoValues

/// Adding, changing and removing a phone. Whoever only holds a session can do nothing of it: all takes the password, and a
/// code of the authenticator where there is one.
extension OwnAccount {
    /// What the account has.
    func phone(by context: RequestContext) async throws -> PhoneStatus {
        try await phoneStatus(of: try await current(context).principal, at: context.now)
    }

    /// Sends a code to a number, which counts once the code was shown.
    /// - Parameter typed: the number as it was typed.
    /// - Throws: ``Problem`` 422 naming `number`, `password` or `code`; 409 `texts_not_sent`; 429 `too_many_codes`,
    ///   `account_locked`.
    func addPhone(_ typed: String, _ proof: Proof, by context: RequestContext) async throws -> PhoneStatus {
        let principal = try await current(context).principal
        guard let number = PhoneNumber(typed) else {
            throw Problem.validation([
                Problem.FieldError(
                    field: "number", code: "invalid_phone",
                    message: "must be a number with + and the code of its country, 8 to 15 digits in all")
            ])
        }
        try await prove(proof, context) { [phones] account, transaction in
            try phones.begin(number, for: account, at: context.now, in: transaction)
        }
        return try await phoneStatus(of: principal, at: context.now)
    }

    /// Makes the number count that waits, and ends all other sessions.
    /// - Throws: ``Problem`` 422 naming `code`.
    func confirmPhone(code: String, by context: RequestContext) async throws -> PhoneStatus {
        let current = try await current(context)
        let isRight = try await database.write { transaction -> Bool in
            guard let account = try accounts.lock(current.principal.accountID, in: transaction),
                try phones.confirm(code, of: account, at: context.now, in: transaction) != nil
            else { return false }
            try accounts.endSessions(of: account.id, keeping: current, in: transaction)
            try transaction.audit(AuditEntry("account.phone_added", entity: "\(account.id)", by: context))
            return true
        }
        guard isRight else { throw SignIn.Purpose.confirmation(wantsCode: true).wrongCode }
        return try await phoneStatus(of: current.principal, at: context.now)
    }

    /// Takes the phone away, and ends all other sessions where one had been confirmed.
    /// - Throws: ``Problem`` 422 naming `password` or `code`; 429 `account_locked`.
    func removePhone(_ proof: Proof, by context: RequestContext) async throws {
        let current = try await current(context)
        try await prove(proof, context) { [accounts, phones] account, transaction in
            guard try phones.remove(of: account, in: transaction) else { return }
            try accounts.endSessions(of: account.id, keeping: current, in: transaction)
            try transaction.audit(AuditEntry("account.phone_removed", entity: "\(account.id)", by: context))
        }
    }

    private func phoneStatus(of principal: Principal, at now: Instant) async throws -> PhoneStatus {
        let id = principal.accountID
        let (standing, account) = try await database.read { reading in
            (try phones.standing(of: id, at: now, in: reading), try accounts.account(id: id, in: reading))
        }
        let getsCodes = principal.roles.contains { roles.mailsCodes(to: $0) } && account?.hasSecondFactor == false
        return PhoneStatus(
            number: standing.number?.hidden, pending: standing.pending?.hidden, isAvailable: phones.isOpen,
            isUsed: phones.isOpen && standing.number != nil && getsCodes)
    }
}
